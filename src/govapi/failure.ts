import { ThothctlError, type ExitName } from '../errors/index.js';
import { remedyFor, remedyForMissing } from './remedies.js';
import type { HttpReply } from './transport.js';

const LONGEST_TEXT = 2000;

interface Told {
  readonly code?: string;
  readonly message?: string;
  readonly requestId?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What was asked of whom, as far as it makes the error clearer. */
interface Asked {
  readonly origin: string;
  /** Ids in the path of the request, outermost first. */
  readonly ids?: readonly string[];
  /** What the contract calls the last of them, for example `fleetId`. */
  readonly parameter?: string | undefined;
  /** The request is signed with a secret; no credential of the user is sent. */
  readonly signed?: boolean;
}

/** The error for a reply that is not a success: flat body, nested body, or no usable body at all. */
export function failureOf(reply: HttpReply, asked: Asked): ThothctlError {
  const told = readBody(reply);
  const exit = exitFor(reply.status);
  const requestId = told.requestId ?? clean(reply.headers['x-request-id']);
  const remedy = remedyFor(told.code);
  return new ThothctlError({
    code: told.code ?? `http_${reply.status}`,
    message: withId(told.message, exit, asked) ?? `${asked.origin} answered with status ${reply.status}.`,
    exit,
    ...(remedy === undefined ? fixFor(reply, exit, asked) : { fix: remedy }),
    ...(requestId === undefined ? {} : { requestId }),
    details: { status: reply.status, ...told.details },
  });
}

function exitFor(status: number): ExitName {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'notFound';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 408 || status === 429 || status >= 500) return 'unavailable';
  return status >= 400 ? 'usage' : 'unexpected';
}

/** A server that says what kind of thing is missing need not say which; the user typed several ids. */
function withId(message: string | undefined, exit: ExitName, { ids = [] }: Asked): string | undefined {
  const id = clean(ids.at(-1));
  if (message === undefined || exit !== 'notFound' || id === undefined || message.includes(id))
    return message;
  return `${message.replace(/\.$/, '')}: ${id}`;
}

function fixFor(
  reply: HttpReply,
  exit: ExitName,
  { signed = false, parameter }: Asked,
): { readonly fix?: string } {
  if (reply.status >= 300 && reply.status < 400) {
    return {
      fix: 'Redirects are not followed, so that the credential stays with its host. Check the address with `thothctl config explain`.',
    };
  }
  if (isHtml(reply) && reply.status === 403) {
    return {
      fix: 'The answer is a web page, not the API: a proxy or firewall in between refused the request. Check the proxy settings and the egress rules for this host.',
    };
  }
  if (isHtml(reply))
    return {
      fix: 'The answer is a web page, not the API. Check the address with `thothctl config explain`.',
    };
  switch (exit) {
    case 'unauthenticated':
      return {
        fix: signed
          ? 'Check the secret: this request is signed with it, and your own credential takes no part.'
          : 'Replace the credential where `thothctl config explain` says it comes from, or sign in again: thothctl auth login',
      };
    case 'forbidden':
      return {
        fix: 'Use a credential of this tenant with the permission needed; `thothctl auth status` shows the present one.',
      };
    case 'unavailable': {
      const after = clean(reply.headers['retry-after']);
      return { fix: after === undefined ? 'Try again later.' : `Try again after ${waitText(after)}.` };
    }
    case 'usage':
      if (reply.status === 405) {
        const allowed = clean(reply.headers['allow']);
        return {
          fix: `The path is right but takes other methods${allowed === undefined ? '' : `: ${allowed}`}.`,
        };
      }
      return { fix: 'Correct what the message names; `--help` shows what the command takes.' };
    case 'notFound':
      return { fix: remedyForMissing(parameter) };
    case 'conflict':
      return { fix: 'Read its present state, and repeat the command if it is still wanted.' };
    default:
      return {};
  }
}

/** A `Retry-After` in words: seconds, or a date as it is. */
function waitText(after: string): string {
  if (!/^\d+$/.test(after)) return after;
  return after === '1' ? '1 second' : `${after} seconds`;
}

export function isHtml(reply: HttpReply): boolean {
  return (
    (reply.headers['content-type'] ?? '').toLowerCase().includes('text/html') ||
    /^\s*<(!doctype|html)/i.test(reply.text)
  );
}

function readBody(reply: HttpReply): Told {
  const body = parseObject(reply.text);
  if (body === undefined) return {};
  const nested = asObject(body['error']);
  const message = text(body['message']) ?? text(nested?.['message']) ?? text(body['error_description']);
  const code = text(body['error']) ?? text(nested?.['code']);
  const requestId = text(body['request_id']) ?? text(nested?.['requestId']) ?? text(body['requestId']);
  const details = asObject(body['details']);
  return {
    ...(code === undefined ? {} : { code: code.toLowerCase() }),
    ...(message === undefined ? {} : { message }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(details === undefined ? {} : { details }),
  };
}

function parseObject(source: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(source);
    return asObject(value);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? clean(value) : undefined;
}

/** Text of a server ends up in terminals and logs: no control characters, no novels. */
function clean(value: string | undefined): string | undefined {
  const safe = value
    ?.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TEXT);
  return safe === '' ? undefined : safe;
}
