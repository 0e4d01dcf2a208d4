import { isLoopback } from './loopback.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whether the environment sends this destination through a proxy; decided without loading the proxy code.
 * Loopback never goes through one: the credential of a local control plane must not leave the machine.
 */
export function proxyApplies(url: URL, env: Env): boolean {
  if (isLoopback(url.hostname)) return false;
  const http = env['http_proxy'] ?? env['HTTP_PROXY'];
  const https = env['https_proxy'] ?? env['HTTPS_PROXY'] ?? http;
  if (!(url.protocol === 'https:' ? https : http)) return false;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const excluded = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[,\s]+/).filter((entry) => entry !== '');
  return !excluded.some((entry) => excludes(entry.toLowerCase(), url.hostname.toLowerCase(), port));
}

function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, name = entry, only] = /^(.+):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const suffix = name.replace(/^\*?\./, '');
  return host === suffix || host.endsWith(`.${suffix}`);
}
