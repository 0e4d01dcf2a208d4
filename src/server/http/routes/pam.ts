import { receiveCallback } from '../../delivery/pam-callback.js';
import type { ControlContext } from '../control-context.js';
import type { Route } from '../port.js';

export function pamRoutes(context: ControlContext): Route[] {
  return [
    {
      operationId: 'receivePamCallback',
      // The signature is the credential.
      permission: 'none',
      rawBody: true,
      async handle({ tenantId, body, raw, provenance }) {
        const answer = await receiveCallback(
          context,
          tenantId,
          {
            body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
            headers: raw.request.headers,
          },
          provenance,
        );
        return { status: 200, body: answer };
      },
    },
  ];
}
