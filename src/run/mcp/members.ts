import { scanMessage, type ScannedMessage, type Span } from './json-scan.js';
import { splice } from './splice.js';
import { withoutMember } from './without-member.js';

const OPEN_OBJECT = 0x7b;

/** Adds members to the params of a message, made where it has none; every other byte stays. `members` is not empty. */
export function withParams(line: Buffer, { spans }: ScannedMessage, members: string): Buffer {
  const params = spans.get('params');
  if (params !== undefined) return intoObject(line, params, members);
  const end = line.lastIndexOf('}');
  return splice(line, [{ start: end, end, text: `,"params":{${members}}` }]);
}

/** The same for their `_meta`. */
export function withMeta(line: Buffer, scanned: ScannedMessage, members: string): Buffer {
  const meta = scanned.spans.get('params._meta');
  return meta === undefined
    ? withParams(line, scanned, `"_meta":{${members}}`)
    : intoObject(line, meta, members);
}

/** Adds members to the result of a reply; an error stays as it is. */
export function withResult(line: Buffer, { spans }: ScannedMessage, members: string): Buffer {
  const result = spans.get('result');
  return result === undefined || members === '' ? line : intoObject(line, result, members);
}

/** The same for its `_meta`. */
export function withResultMeta(line: Buffer, scanned: ScannedMessage, members: string): Buffer {
  const meta = scanned.spans.get('result._meta');
  return meta === undefined
    ? withResult(line, scanned, `"_meta":{${members}}`)
    : intoObject(line, meta, members);
}

/** Puts other values at some paths, where the message has them. */
export function withValues(
  line: Buffer,
  { spans }: ScannedMessage,
  values: Readonly<Record<string, string | undefined>>,
): Buffer {
  const edits = Object.entries(values).flatMap(([path, text]) => {
    const span = spans.get(path);
    return span === undefined || text === undefined ? [] : [{ ...span, text }];
  });
  return splice(line, edits);
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

/** Members at the beginning of an object. What should be one and is not stays: the other side has to see that. */
function intoObject(line: Buffer, { start, end }: Span, members: string): Buffer {
  if (line[start] !== OPEN_OBJECT) return line;
  const empty = line.toString('latin1', start + 1, end - 1).trim() === '';
  return splice(line, [{ start: start + 1, end: start + 1, text: empty ? members : `${members},` }]);
}
