import { errorCode } from '../../errors/error-code.js';

/** Why an exchange gave no usable reply. Only `unavailable` may fail open. */
export interface TransportFailure {
  readonly kind: 'failure';
  readonly source: 'enforcer_unavailable' | 'enforcer_rejected';
  /** Stable code for logs, for example `ECONNREFUSED` or `timeout`. */
  readonly code: string;
}

/** Failures of the network itself. Everything else, certificate and protocol errors included, stays closed. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

function isNetworkError(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isNetworkError);
  const code = errorCode(error);
  return code !== undefined && NETWORK_CODES.has(code);
}

export function classifyFailure(error: unknown, timedOut: boolean): TransportFailure {
  if (timedOut) return { kind: 'failure', source: 'enforcer_unavailable', code: 'timeout' };
  return {
    kind: 'failure',
    source: isNetworkError(error) ? 'enforcer_unavailable' : 'enforcer_rejected',
    code: errorCode(error) ?? 'transport_error',
  };
}

/**
 * One retry is harmless when no byte of this exchange came back: nobody listened, or the server had closed a
 * kept-alive connection before our request reached it. Source: SDK behaviour F8.
 */
export function isSafeToRetry(error: unknown, servedBefore: boolean): boolean {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every((inner) => errorCode(inner) === 'ECONNREFUSED');
  }
  const code = errorCode(error);
  if (code === 'ECONNREFUSED') return true;
  if (code === 'UND_ERR_SOCKET') return servedBefore && bytesReadOn(error) !== 0;
  return servedBefore && (code === 'ECONNRESET' || code === 'EPIPE');
}

/** Bytes the failed connection had received in its life; zero means it was fresh. */
function bytesReadOn(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('socket' in error)) return undefined;
  const { socket } = error;
  return typeof socket === 'object' &&
    socket !== null &&
    'bytesRead' in socket &&
    typeof socket.bytesRead === 'number'
    ? socket.bytesRead
    : undefined;
}
