import { ThothctlError } from '../errors/index.js';

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name cannot be resolved right now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  ERR_INVALID_HTTP: 'its answer is not HTTP',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another host',
};

const TLS = /CERT|SSL|TLS/;

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

/** Turns whatever a socket threw into the one error type; the URL is shown without its query. */
export function networkFault(
  error: unknown,
  url: URL,
  timedOut: boolean,
  signal: AbortSignal | undefined,
): ThothctlError {
  if (error instanceof ThothctlError) return error;
  if (signal?.aborted === true) {
    return new ThothctlError({
      code: 'interrupted',
      message: 'The request was interrupted.',
      exit: 'interrupted',
      cause: error,
    });
  }
  if (timedOut) {
    return new ThothctlError({
      code: 'timeout',
      message: `${url.origin} did not answer in time.`,
      exit: 'unavailable',
      fix: 'Try again, or allow more time with --timeout-seconds.',
      cause: error,
    });
  }
  const code = codeOf(error) ?? 'unknown error';
  return new ThothctlError({
    code: 'network',
    message: `Cannot reach ${url.origin}: ${CAUSES[code] ?? code}.`,
    exit: 'unavailable',
    fix: TLS.test(code)
      ? 'Trust the certificate authority with --ca-file or NODE_EXTRA_CA_CERTS.'
      : 'Check the address (`thothctl config explain`), the network and proxy settings, and that the server runs.',
    details: { cause: code },
    cause: error,
  });
}

export function tooLarge(url: URL): ThothctlError {
  return new ThothctlError({
    code: 'reply_too_large',
    message: `${url.origin} sent more than 64 MiB; the reply was dropped.`,
    exit: 'unexpected',
    fix: 'Ask for less at once, for example with --limit.',
  });
}
