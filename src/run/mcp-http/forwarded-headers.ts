import type { IncomingHttpHeaders } from 'node:http';

/** Headers by lower-case name, a list where a name was given more than once. */
export type HeaderValues = Readonly<Record<string, string | readonly string[]>>;

/** They speak of one connection, not of the message. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
];

/** Ours to say: what we send has another length and another host, and an encoded answer could not be judged. */
const OWN_REQUEST = ['host', 'content-length', 'accept-encoding', 'expect', 'origin', 'referer'];

/**
 * `alt-svc` and `strict-transport-security` would lead the client around us, and who may read across origins is
 * said by us.
 */
const OWN_RESPONSE = [
  'content-length',
  'content-encoding',
  'alt-svc',
  'strict-transport-security',
  'refresh',
];

/**
 * What the client's request says to the server, with `added` in place of what the client said under these names; an empty
 * list takes a header out.
 */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  added: HeaderValues,
): Record<string, string | string[]> {
  const all = { ...passed(headers, OWN_REQUEST), 'accept-encoding': 'identity', ...mutable(added) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value.length > 0));
}

/** What the server's response says to the client. */
export function responseHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept = passed(headers, OWN_RESPONSE);
  return Object.fromEntries(Object.entries(kept).filter(([name]) => !name.startsWith('access-control-')));
}

function passed(headers: IncomingHttpHeaders, own: readonly string[]): Record<string, string | string[]> {
  const connection = headers.connection?.toLowerCase().split(',') ?? [];
  const dropped = new Set([...HOP_BY_HOP, ...own, ...connection.map((name) => name.trim())]);
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !dropped.has(name.toLowerCase())) kept[name.toLowerCase()] = value;
  }
  return kept;
}

function mutable(headers: HeaderValues): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : [...value],
    ]),
  );
}
