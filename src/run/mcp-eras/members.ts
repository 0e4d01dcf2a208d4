import { scanMessage, type ScannedMessage, type Span } from '../mcp/json-scan.js';
import { splice, type Edit } from '../mcp/splice.js';
import { withoutMember } from '../mcp/without-member.js';

/** Adds members to the params of a message, made where it has none; every other byte stays. `members` is not empty. */
export function withParams(line: Buffer, { spans }: ScannedMessage, members: string): Buffer {
  const params = spans.get('params');
  if (params !== undefined) return splice(line, [intoObject(line, params, members)]);
  const end = line.lastIndexOf('}');
  return splice(line, [{ start: end, end, text: `,"params":{${members}}` }]);
}

/** The same for their `_meta`. */
export function withMeta(line: Buffer, scanned: ScannedMessage, members: string): Buffer {
  const meta = scanned.spans.get('params._meta');
  return meta === undefined
    ? withParams(line, scanned, `"_meta":{${members}}`)
    : splice(line, [intoObject(line, meta, members)]);
}

/** Adds members to the result of a reply; an error stays as it is. */
export function withResult(line: Buffer, { spans }: ScannedMessage, members: string): Buffer {
  const result = spans.get('result');
  if (result === undefined || members === '') return line;
  return splice(line, [intoObject(line, result, members)]);
}

export function withId(line: Buffer, { spans }: ScannedMessage, id: string): Buffer {
  const span = spans.get('id');
  return span === undefined ? line : splice(line, [{ ...span, text: id }]);
}

/** The message without some members of the `_meta` of its params. */
export function withoutMeta(line: Buffer, names: readonly string[]): Buffer {
  let left = line;
  for (const name of names) {
    // One that is given twice goes twice.
    for (;;) {
      const value = scanMessage(left)?.spans.get(`params._meta.${name}`);
      if (value === undefined) break;
      left = withoutMember(left, value);
    }
  }
  return left;
}

/** Members at the beginning of an object. */
function intoObject(line: Buffer, { start, end }: Span, members: string): Edit {
  const empty = line.toString('latin1', start + 1, end - 1).trim() === '';
  return { start: start + 1, end: start + 1, text: empty ? members : `${members},` };
}
