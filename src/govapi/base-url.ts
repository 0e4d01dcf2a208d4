import { usageError } from '../errors/index.js';
import { isLoopback } from './loopback.js';

/**
 * The control-plane address, checked before any credential goes there. A path prefix is kept, a trailing slash is not.
 *
 * @throws ThothctlError `usage` for anything but a plain http(s) address, and for http beyond this machine.
 */
export function parseBaseUrl(text: string, insecureHttp: boolean): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw usageError(
      'The control-plane address is not a URL.',
      'Give it as https://host or http://127.0.0.1:4100.',
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw usageError(
      `The control-plane address must be http or https, not ${url.protocol.replace(/:$/, '')}.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw usageError(
      'The control-plane address must not carry a user name or password.',
      'Sign in with `thothctl auth login`.',
    );
  }
  if (url.search !== '' || url.hash !== '')
    throw usageError('The control-plane address must not have a query or fragment.');
  if (url.protocol === 'http:' && !insecureHttp && !isLoopback(url.hostname)) {
    throw usageError(
      `Refusing to send a credential in clear text to ${url.host}.`,
      'Use https, or accept the risk with --insecure-http.',
    );
  }
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

/** Fills `{name}` parts. Every value is percent-encoded and none may climb out of its segment. */
export function fillPath(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') throw usageError(`${name} is missing.`);
    const text = String(value);
    if (text === '' || text === '.' || text === '..')
      throw usageError(`${JSON.stringify(text)} is not a valid ${name}.`);
    return encodeURIComponent(text);
  });
}

/** Query in alphabetical order; blank values are left out, as every client of this API does. */
export function queryText(values: Readonly<Record<string, unknown>>): string {
  if (Object.keys(values).length === 0) return '';
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (
      typeof value === 'number' ||
      typeof value === 'boolean' ||
      (typeof value === 'string' && value !== '')
    ) {
      pairs.append(name, String(value));
    }
  }
  pairs.sort();
  const text = pairs.toString();
  return text === '' ? '' : `?${text}`;
}

/** `path` under the base, and nowhere else. */
export function urlUnder(base: URL, path: string): URL {
  const url = new URL(`${base.origin}${base.pathname === '/' ? '' : base.pathname}${path}`);
  if (url.origin !== base.origin)
    throw usageError('The path leaves the control plane.', 'Give a path that starts with one slash.');
  return url;
}
