import type { JsonObject } from '../../sdk/vocabulary.js';
import type { ToolCallMessage } from './client-message.js';
import { splice } from './splice.js';

/** The line with `params.arguments` replaced; every other byte stays as the client wrote it. */
export function rewriteArguments(line: Buffer, call: ToolCallMessage, args: JsonObject): Buffer {
  const text = JSON.stringify(args);
  if (call.argsSpan !== undefined) return splice(line, [{ ...call.argsSpan, text }]);
  // `params` holds at least the name, so a comma always follows.
  const open = call.paramsSpan.start + 1;
  return splice(line, [{ start: open, end: open, text: `"arguments":${text},` }]);
}
