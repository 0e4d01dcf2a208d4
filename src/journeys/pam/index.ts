import type { OperationInput, OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import { signatureHeaders } from '../../signing/index.js';

export const VERDICTS = ['approve', 'deny', 'approved', 'blocked'] as const;

export type PamCallback = NonNullable<OperationInput<'receivePamCallback'>['body']>;

/** Signs a verdict as a PAM system does and sends it; the signature is its only credential. */
export function sendCallback(
  api: Pick<GovApi, 'call'>,
  callback: PamCallback,
  secret: string,
  signal: AbortSignal,
): Promise<OperationOutput<'receivePamCallback'>> {
  return api.call(
    'receivePamCallback',
    { body: callback },
    { signal, sign: (body) => signatureHeaders([secret], body, Date.now()) },
  );
}
