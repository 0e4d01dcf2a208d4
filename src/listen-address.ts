import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { ThothctlError } from './errors/index.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Milliseconds a connection may be idle: longer than common clients and proxies keep one, so that it is they who close first. */
export const IDLE_CONNECTION_MS = 65_000;

/** Plain HTTP carries credentials in the clear: beyond this machine it must be asked for by name. */
export function checkListenAddress(options: {
  readonly host: string;
  readonly tls: boolean;
  readonly insecureHttp: boolean;
}): void {
  if (options.tls || options.insecureHttp || isLoopback(options.host)) return;
  throw new ThothctlError({
    code: 'insecure_listen',
    message: `listening on ${options.host} would send credentials over the network unencrypted`,
    exit: 'usage',
    fix: 'give --tls-cert and --tls-key, or accept the risk with --insecure-http',
  });
}

function isLoopback(host: string): boolean {
  if (isIPv4(host)) return LOOPBACK.check(host, 'ipv4');
  if (isIPv6(host)) return LOOPBACK.check(host, 'ipv6');
  return host.toLowerCase() === 'localhost';
}

/** The address a client on this machine uses; a wildcard bind is reached over loopback. */
export function reachableUrl(host: string, port: number, tls: boolean): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${tls ? 'https' : 'http'}://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}
