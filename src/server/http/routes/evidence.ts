import type { ServerContext } from '../../context.js';
import { chainPage, exportPage } from '../../reports/chain-page.js';
import { policyInput } from '../../reports/policy-input.js';
import { wholeNumber } from '../../reports/query-values.js';
import { sessionBundle } from '../../reports/session-bundle.js';
import { verifyChain } from '../../reports/verify-chain.js';
import { HttpError, type Route } from '../port.js';

const CHAIN_LIMIT = { fallback: 100, max: 500 };
const EXPORT_LIMIT = { fallback: 1000, max: 5000 };

export function evidenceRoutes(context: ServerContext): Route[] {
  const { store } = context;
  return [
    {
      operationId: 'getEvidenceChain',
      permission: 'read',
      async handle({ tenantId, query }) {
        const { after, limit } = slice(query, CHAIN_LIMIT);
        return { status: 200, body: await chainPage(store, tenantId, after, limit) };
      },
    },
    {
      operationId: 'exportEvidence',
      permission: 'read',
      async handle({ tenantId, query }) {
        const { after, limit } = slice(query, EXPORT_LIMIT);
        return { status: 200, body: await exportPage(store, tenantId, after, limit) };
      },
    },
    {
      operationId: 'verifyEvidenceChain',
      permission: 'read',
      async handle({ tenantId, query, signal }) {
        const limit = wholeNumber(query, 'limit', { min: 1 });
        return { status: 200, body: await verifyChain(context, tenantId, limit, signal) };
      },
    },
    {
      operationId: 'getEvidenceHead',
      permission: 'read',
      async handle({ tenantId }) {
        return { status: 200, body: await store.signedHead(tenantId) };
      },
    },
    {
      operationId: 'listEvidenceKeys',
      permission: 'read',
      async handle() {
        const keys = store.keys().map((key) => ({
          key_id: key.keyId,
          algorithm: 'ed25519',
          public_key_pem: key.publicKeyPem,
          created_at: new Date(key.createdAt).toISOString(),
          retired_at: key.retiredAt === null ? null : new Date(key.retiredAt).toISOString(),
        }));
        return { status: 200, body: { keys } };
      },
    },
    {
      operationId: 'getSessionEvidenceBundle',
      permission: 'read',
      async handle({ tenantId, params }) {
        return { status: 200, body: await sessionBundle(context, tenantId, params.sessionId ?? '') };
      },
    },
    {
      operationId: 'getPolicyInput',
      permission: 'read',
      async handle({ tenantId, params }) {
        const index = wholeNumber(params, 'chainIndex', { min: 1 });
        if (index === undefined) throw new HttpError(404, 'not_found', 'no record was named');
        return { status: 200, body: await policyInput(context, tenantId, index) };
      },
    },
  ];
}

function slice(
  query: Readonly<Record<string, string>>,
  limits: { readonly fallback: number; readonly max: number },
): { readonly after: number; readonly limit: number } {
  return {
    after: wholeNumber(query, 'from_sequence', { min: 0 }) ?? 0,
    limit: wholeNumber(query, 'limit', { min: 1, max: limits.max }) ?? limits.fallback,
  };
}
