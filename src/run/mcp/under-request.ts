import type { ToolCallMessage } from './client-message.js';
import { scanMessage } from './json-scan.js';
import { withValues } from './members.js';

/**
 * A call under the id, and where both have one the progress token, of another request for it. Every other byte is that of
 * the call: what the repetition carries beside them was never decided.
 */
export function underRequest(message: Buffer, { id, progressToken }: ToolCallMessage): Buffer {
  const scanned = scanMessage(message);
  if (scanned === undefined) return message;
  return withValues(message, scanned, { id, 'params._meta.progressToken': progressToken });
}
