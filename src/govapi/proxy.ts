import { isLoopback } from './loopback.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy: string;
}

/**
 * The proxy settings of the environment when they apply to this destination; decided without loading proxy code.
 * Loopback never goes through one: the credential of a local control plane must not leave the machine.
 */
export function proxyFor(url: URL, env: Env): ProxySettings | undefined {
  if (isLoopback(url.hostname)) return undefined;
  const http = given(env['http_proxy'] ?? env['HTTP_PROXY']);
  const https = given(env['https_proxy'] ?? env['HTTPS_PROXY']) ?? http;
  if ((url.protocol === 'https:' ? https : http) === undefined) return undefined;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const noProxy = env['no_proxy'] ?? env['NO_PROXY'] ?? '';
  const excluded = noProxy
    .split(/[,\s]+/)
    .some((entry) => entry !== '' && excludes(entry.toLowerCase(), url.hostname.toLowerCase(), port));
  if (excluded) return undefined;
  return {
    ...(http === undefined ? {} : { httpProxy: http }),
    ...(https === undefined ? {} : { httpsProxy: https }),
    noProxy,
  };
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, name = entry, only] = /^(.+):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const suffix = name.replace(/^\*?\./, '');
  return host === suffix || host.endsWith(`.${suffix}`);
}
