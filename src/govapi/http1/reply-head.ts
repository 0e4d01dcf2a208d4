import { badReply } from './bad-reply.js';

/** Status line and header fields of a reply, and how its body ends. */
export interface ReplyHead {
  readonly status: number;
  /** Lower-case names; repeated fields joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyEnd;
  /** The peer keeps the connection for another request. */
  readonly reusable: boolean;
}

export type BodyEnd = { readonly by: 'length'; readonly bytes: number } | { readonly by: 'chunks' | 'close' };

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const FIELD = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\t -~\u0080-\u00ff]*?)[ \t]*$/;

/**
 * Reads what stands before the empty line, one character per byte, as RFC 9112 has it.
 * @throws `ERR_INVALID_HTTP` for all that does not say the same to every reader.
 */
export function readHead(text: string, method: string): ReplyHead {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, digits] = STATUS_LINE.exec(first) ?? [];
  const status = Number(digits);
  if (minor === undefined || status < 100) throw badReply('its status line');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    if (name === undefined) throw badReply('a header');
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  const body = bodyEnd(method, status, headers);
  const leaves = minor === '0' || /\bclose\b/i.test(headers.get('connection') ?? '');
  const reusable = !leaves && status >= 200 && body.by !== 'close';
  return { status, headers: Object.fromEntries(headers), body, reusable };
}

/** RFC 9112, section 6.3. */
function bodyEnd(method: string, status: number, headers: ReadonlyMap<string, string>): BodyEnd {
  const coding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (coding !== undefined && (length !== undefined || coding.toLowerCase() !== 'chunked'))
    throw badReply('the length of its body');
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304)
    return { by: 'length', bytes: 0 };
  if (coding !== undefined) return { by: 'chunks' };
  if (length === undefined) return { by: 'close' };
  if (!/^\d{1,15}$/.test(length)) throw badReply('the length of its body');
  return { by: 'length', bytes: Number(length) };
}
