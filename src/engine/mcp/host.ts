import type { JsonObject } from '../types.js';

/** Longest name the DNS has; what is longer is cut, since it is recorded with every call. */
const LONGEST_HOST = 253;

/**
 * The MCP server a call goes to, as its metadata names it; undefined when it names none. Source: `RequestMetadata` of the
 * enforcer contract.
 */
export function mcpHost(metadata: JsonObject | undefined): string | undefined {
  if (metadata === undefined) return undefined;
  const named = text(metadata['mcp_host']) ?? text(metadata['mcp_server_url']);
  if (named !== undefined) return bareHost(named);
  const identity = text(metadata['mcp_runtime_identity']);
  return identity?.includes('://') === true ? bareHost(identity) : undefined;
}

/**
 * A host as clients would reach it: the URL parser decides, because a reader of our own could be told another host than
 * the one that is called (user information, back slashes, odd numbers). What it refuses, or what is too long for a host,
 * stays as it is, cut to be recordable, and matches no pattern but itself.
 */
export function bareHost(address: string): string {
  const plain = address.trim().toLowerCase();
  try {
    const { hostname } = new URL(
      plain.includes('://') ? plain.replace(/^[^:]*:/, 'https:') : `https://${plain}`,
    );
    return hostname.endsWith('.') ? bareHost(hostname.replace(/\.+$/, '')) : recordable(hostname);
  } catch {
    return recordable(plain);
  }
}

/** The space before the mark is in no host, so that what was cut never ends like an approved one. */
function recordable(name: string): string {
  return name.length <= LONGEST_HOST ? name : `${name.slice(0, LONGEST_HOST - 2)} …`;
}

/** Whether a pattern covers the host. `*` stands for any text, so that `*.example.com` covers every subdomain. */
export function coversHost(pattern: string, host: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return host === head;
  if (!host.startsWith(head)) return false;
  let from = head.length;
  for (const part of rest) {
    const found = host.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return host.length - tail.length >= from && host.endsWith(tail);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
