import type { IncomingMessage } from 'node:http';
import { SecretDigest } from '../secret-digest.js';

/** Why a request is turned away before its body is read; undefined when it may go on. */
export interface Rejection {
  readonly status: 401 | 403;
  readonly message: string;
}

/**
 * Lets in only this run's key, over loopback names, and nothing a browser sends: a page that rebinds its name
 * to 127.0.0.1 carries a foreign Host or an Origin.
 */
export class CallerCheck {
  readonly #key: SecretDigest;

  constructor(key: string) {
    this.#key = new SecretDigest(key);
  }

  reject(request: IncomingMessage, port: number): Rejection | undefined {
    const { host, origin } = request.headers;
    if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
      return { status: 403, message: 'unknown host' };
    }
    if (origin !== undefined) return { status: 403, message: 'browsers are not served' };
    const keys = presentedKeys(request);
    // Every presented key must be right: two that differ are a mix-up that no side should win.
    if (keys.length === 0 || !keys.every((key) => this.#key.matches(key))) {
      return { status: 401, message: 'the key of this run is missing or wrong' };
    }
    return undefined;
  }
}

function presentedKeys(request: IncomingMessage): string[] {
  const keys: string[] = [];
  const { authorization } = request.headers;
  if (authorization !== undefined) keys.push(/^bearer (.+)$/i.exec(authorization)?.[1]?.trim() ?? '');
  const header = request.headers['x-api-key'];
  if (typeof header === 'string') keys.push(header.trim());
  return keys;
}
