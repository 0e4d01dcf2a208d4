const PREFIX = '=?base64?';
const SUFFIX = '?=';
const CANONICAL = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A value of a message as a header may carry it: plain where that is safe, else Base64 between marks. */
export function encodeFieldValue(value: string): string {
  const plain =
    /^[\t\u0020-\u007e]+$/.test(value) &&
    value.trim() === value &&
    !(value.startsWith(PREFIX) && value.endsWith(SUFFIX));
  return plain ? value : `${PREFIX}${Buffer.from(value).toString('base64')}${SUFFIX}`;
}

/** The value a header carries; undefined when what stands between the marks is not canonical Base64 of UTF-8. */
export function decodeFieldValue(header: string): string | undefined {
  if (!header.startsWith(PREFIX) || !header.endsWith(SUFFIX)) return header;
  const encoded = header.slice(PREFIX.length, -SUFFIX.length);
  if (!CANONICAL.test(encoded)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
}
