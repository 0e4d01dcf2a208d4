import type { OutboundReply } from '../delivery/outbound-request.js';
import { isJsonObject, objectMember, type JsonObject } from '../tenants/json-documents.js';
import { SyncFailure, type Advice } from './connector.js';

/** Who said no, to what, and what the operator should look at. */
export interface Asked {
  readonly product: string;
  readonly advice: Advice;
  readonly host: string;
  readonly what: 'sign-in' | 'inventory';
}

/** Puts a reply that is no success into words: what happened, and what to mend. */
export function refusal(reply: OutboundReply, asked: Asked): SyncFailure {
  const { product, advice, host, what } = asked;
  const { status } = reply;
  const code = vendorCode(reply.body);
  const answer = `${product} at ${host} answered ${status}${code === undefined ? '' : ` (${code})`}`;
  if (status === 429 || status === 503) {
    return new SyncFailure(
      `${answer} until the attempts ran out: start the sync again later, or raise the rate limit`,
    );
  }
  if (what === 'sign-in' && [400, 401, 403].includes(status)) {
    return new SyncFailure(`${answer} and refuses the credentials: ${advice.signIn}`);
  }
  if (status === 401) return new SyncFailure(`${answer} and refuses the credentials: ${advice.signIn}`);
  if (status === 403) return new SyncFailure(`${answer}, a permission is missing: ${advice.permission}`);
  if (status >= 300 && status < 400) {
    return new SyncFailure(`${answer}; redirects are not followed: ${advice.address}`);
  }
  const said = `${answer} to the request for the ${what}`;
  if (status >= 500) return new SyncFailure(`${said}: a fault on its side, start the sync again later`);
  return new SyncFailure(`${said}: ${advice.address}`, [400, 404, 410].includes(status));
}

export function notJson({ product, host, what, advice }: Asked): SyncFailure {
  return new SyncFailure(
    `${product} at ${host} answered the request for the ${what} with something that is not JSON: ${advice.address}`,
  );
}

/**
 * The vendor's own word for the fault. Only what looks like a code is passed on: the rest of a foreign body could hold
 * anything, what was sent to it included.
 */
function vendorCode(body: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isJsonObject(parsed)) return undefined;
  const entra = /^(AADSTS\d{1,9}):/.exec(String(parsed['error_description'] ?? ''))?.[1];
  const codes = [
    parsed['error'],
    objectMember(parsed, 'error')['code'],
    firstObject(parsed['errors'])['code'],
    parsed['errorCode'],
  ];
  const code = codes.find(isCode);
  const words = [code, entra].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join(', ');
}

/** Numbers too: Workspace ONE counts its faults. */
function isCode(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && /^[A-Za-z0-9][\w.-]{1,47}$/.test(value));
}

function firstObject(value: unknown): JsonObject {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return isJsonObject(first) ? first : {};
}
