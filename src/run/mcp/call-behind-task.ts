import { capabilitiesBehindTask } from './client-traits.js';
import { scanMessage } from './json-scan.js';
import { splice } from './splice.js';
import { withoutMember } from './without-member.js';
import { CAPABILITIES_KEY } from './revisions.js';

/**
 * A call as the server gets it while the client polls a task of ours: a plain call. A task of the server's inside it, or a
 * question, would reach nobody.
 */
export function callBehindTask(message: Buffer): Buffer {
  const spans = scanMessage(message)?.spans;
  const task = spans?.get('params.task');
  if (task !== undefined) return withoutMember(message, task);
  const capabilities = spans?.get(`params._meta.${CAPABILITIES_KEY}`);
  if (capabilities === undefined) return message;
  const declared: unknown = JSON.parse(message.toString('utf8', capabilities.start, capabilities.end));
  return splice(message, [{ ...capabilities, text: JSON.stringify(capabilitiesBehindTask(declared)) }]);
}
