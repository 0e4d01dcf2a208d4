import { ThothctlError } from '../../errors/index.js';
import { serverUrl } from '../../run/mcp-http/upstream.js';

/** A server that the client reaches by URL. */
export interface RemoteServer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Why `thothctl run` cannot stand before it; undefined when it can. */
  readonly obstacle: string | undefined;
}

/** What the members of an entry say about how its server is reached; undefined when it is started. */
export function remoteServer(
  members: Readonly<Record<string, unknown>>,
  /** The client speaks the older HTTP+SSE to a plain `url`. */
  plainUrlIsSse = false,
): RemoteServer | undefined {
  const { type, url: plain } = members;
  const url = plain ?? members['httpUrl'] ?? members['serverUrl'];
  if (typeof url !== 'string') return undefined;
  const sse = type === 'sse' || (type === undefined && plainUrlIsSse && plain !== undefined);
  const given = members['headers'] ?? {};
  const headers = Object.entries(typeof given === 'object' && given !== null ? given : {});
  return {
    url,
    headers: Object.fromEntries(headers.map(([name, value]: [string, unknown]) => [name, String(value)])),
    obstacle: sse || /\/sse\/?$/.test(url) ? OLDER_TRANSPORT : obstacleOf(url, headers, members),
  };
}

/** Members from which a client makes a credential that nobody else can make. */
const OWN_CREDENTIAL = [
  'oauth',
  'auth',
  'headersHelper',
  'authProviderType',
  'bearer_token_env_var',
  'http_headers',
  'env_http_headers',
];
export const OLDER_TRANSPORT = 'it speaks the older HTTP+SSE, which cannot be governed here';

function obstacleOf(
  url: string,
  headers: readonly (readonly [string, unknown])[],
  members: Readonly<Record<string, unknown>>,
): string | undefined {
  const own = OWN_CREDENTIAL.find((name) => members[name] !== undefined);
  if (own !== undefined) return `its client makes the credential itself (${own})`;
  const filled = headers.find(([, value]) => typeof value !== 'string' || value.includes('${'));
  if (filled !== undefined) return `its client fills in the header ${filled[0]} itself`;
  if (url.includes('${')) return 'its client fills in the URL itself';
  const unsound = headers.find(([name, value]) => !TOKEN.test(name) || /[\r\n]/.test(String(value)));
  if (unsound !== undefined) return `its header ${unsound[0]} cannot be sent`;
  try {
    serverUrl(url, false);
    return undefined;
  } catch (error) {
    if (error instanceof ThothctlError)
      return 'its URL is neither https nor of this machine, or holds a password';
    throw error;
  }
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
