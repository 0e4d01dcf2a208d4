import type { ToolCallMessage } from './client-message.js';
import { scanMessage } from './json-scan.js';
import { splice, type Edit } from './splice.js';

/**
 * A call under the id, and where both have one the progress token, of another request for it. Every other byte is that of
 * the call: what the repetition carries beside them was never decided.
 */
export function underRequest(message: Buffer, { id, progressToken }: ToolCallMessage): Buffer {
  const spans = scanMessage(message)?.spans;
  const edits: Edit[] = [];
  const own = spans?.get('id');
  if (own !== undefined) edits.push({ ...own, text: id });
  const token = spans?.get('params._meta.progressToken');
  if (token !== undefined && progressToken !== undefined) edits.push({ ...token, text: progressToken });
  return splice(
    message,
    edits.toSorted((one, other) => one.start - other.start),
  );
}
