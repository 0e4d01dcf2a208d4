import type { JsonObject } from '../../sdk/vocabulary.js';
import type { ToolCallMessage } from './client-message.js';

/** The line with `params.arguments` replaced; every other byte stays as the client wrote it. */
export function rewriteArguments(line: Buffer, call: ToolCallMessage, args: JsonObject): Buffer {
  const text = Buffer.from(JSON.stringify(args));
  const span = call.argsSpan;
  if (span !== undefined) {
    return Buffer.concat([line.subarray(0, span.start), text, line.subarray(span.end)]);
  }
  // `params` holds at least the name, so a comma always follows.
  const open = call.paramsSpan.start + 1;
  return Buffer.concat([
    line.subarray(0, open),
    Buffer.from('"arguments":'),
    text,
    Buffer.from(','),
    line.subarray(open),
  ]);
}
