import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface AllowedCallers {
  /** Origins of browsers that may call, beside the endpoint's own. */
  readonly origins: readonly string[];
  /** Names that the endpoint is reached by, beside localhost and addresses. */
  readonly hosts: readonly string[];
}

/**
 * Why a request is turned away before anything of it is read; undefined when it may go on. A page that rebinds its own
 * name to this machine carries that name in Host; an address or `localhost` cannot be rebound. A page of another origin
 * says so.
 */
export function rejectCaller(
  { headers }: Pick<IncomingMessage, 'headers'>,
  allowed: AllowedCallers,
): string | undefined {
  const host = headers.host === undefined ? undefined : hostName(headers.host);
  if (host === undefined || !(isOwnName(host) || allowed.hosts.includes(host))) return 'unknown host';
  const { origin } = headers;
  if (origin === undefined || allowed.origins.includes(origin)) return undefined;
  return origin === `http://${headers.host}` ? undefined : 'unknown origin';
}

function isOwnName(host: string): boolean {
  return host === 'localhost' || isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

function hostName(host: string): string | undefined {
  return /^(\[[0-9A-Fa-f:.]+\]|[^:@/?#\s]+)(?::\d{1,5})?$/.exec(host)?.[1]?.toLowerCase();
}
