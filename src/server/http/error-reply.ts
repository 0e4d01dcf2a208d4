import { ThothctlError } from '../../errors/index.js';
import { StoreConflict } from '../store/port.js';
import { HttpError } from './port.js';

/** A failure in the words of a reply; unknown errors are told to the log, never to the caller. */
export function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof StoreConflict) {
    return new HttpError(409, 'conflict', 'the object was changed by someone else at the same time');
  }
  if (error instanceof ThothctlError && error.code.startsWith('storage_')) {
    return new HttpError(503, error.code, storageText(error));
  }
  if (error instanceof ThothctlError && error.exit === 'unavailable') {
    return new HttpError(503, 'service_unavailable', `the server cannot do this now (${error.code})`);
  }
  return new HttpError(500, 'internal_error', 'the server failed to handle the request');
}

/** Causes that somebody can mend are told; others may name what is the server's own business. */
export function storageText({ code, message, fix }: ThothctlError): string {
  return fix === undefined ? `nothing was recorded (${code})` : `${message}; ${fix}`;
}

/**
 * Flat on the control plane, where clients lose an `error` that is an object. Text at both levels on the data plane,
 * where the vendor nests it and the SDKs read the top.
 */
export function errorBody(error: HttpError, requestId: string, dataPlane: boolean): object {
  const { code, message } = error;
  return {
    error: dataPlane ? { code: code.toUpperCase(), message, requestId } : code,
    message,
    request_id: requestId,
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}
