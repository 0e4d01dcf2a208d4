import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SecretDigest } from '../secret-digest.js';

/** Why a request is turned away before anything of it is read. */
interface Refusal {
  readonly status: 401 | 404;
  readonly why: string;
}

const SEND_TOKEN =
  'the token of this endpoint is missing or wrong; it goes into the header Authorization, and thothctl said where it is kept when it started';
const NOT_SERVED = 'only the agent of this run is served here';

/**
 * Stands before an endpoint whose callers use what belongs to the run: a credential for the remote server, or secrets of
 * the one behind. Every account of a machine can connect to its loopback ports, so coming from there proves nothing.
 */
export class EndpointGuard {
  /** A path that only the agent of the run is told, which then needs no token and may know nothing of any. */
  readonly agentPath: string;
  readonly #agentPath: SecretDigest;
  readonly #token: SecretDigest | undefined;

  /** Without a token nobody but the agent is served. */
  constructor(
    private readonly path: string,
    token: string | undefined,
  ) {
    this.agentPath = `/${randomBytes(24).toString('base64url')}${path}`;
    this.#agentPath = new SecretDigest(this.agentPath);
    this.#token = token === undefined ? undefined : new SecretDigest(token);
  }

  /** Takes the token out of a request that shows it: the server behind must not learn it. */
  reject(request: IncomingMessage, path: string): Refusal | undefined {
    if (this.#agentPath.matches(path)) return undefined;
    const refusal = elsewhere(path, this.path);
    if (refusal !== undefined) return refusal;
    if (this.#token === undefined) return { status: 401, why: NOT_SERVED };
    const shown = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (shown === undefined || !this.#token.matches(shown)) {
      return { status: 401, why: SEND_TOKEN };
    }
    delete request.headers.authorization;
    return undefined;
  }
}

/** Refuses any path but the endpoint's. */
export function elsewhere(path: string, served: string): Refusal | undefined {
  return path === served ? undefined : { status: 404, why: 'there is nothing at this path' };
}
