import type { CompiledQuery } from 'kysely';
import type { ServerContext } from '../context.js';
import { newAdminSession, type NewSession } from './admin-sessions.js';
import { commitChange, type Actor } from './recorded-change.js';

/** A tenant id is a DNS label, for it may become part of a host name. */
export const TENANT_ID = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Creates a tenant with its first admin, whose token has no end. */
export async function createTenant(
  context: Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId'> & { readonly sessionSecret: string },
  tenantId: string,
  actor: Actor,
  extra: readonly CompiledQuery[] = [],
): Promise<{ readonly session: NewSession; readonly createdAt: number }> {
  const createdAt = context.clock.now();
  const session = newAdminSession(context, {
    tenantId,
    name: 'admin',
    now: createdAt,
    expiresAt: null,
    mintedBy: null,
  });
  await commitChange(context, {
    tenantId,
    action: 'tenant.create',
    actor,
    target: { type: 'tenant', id: tenantId },
    facts: { admin_session_id: session.sessionId },
    statements: [
      context.store.build
        .insertInto('tenants')
        .values({ tenant_id: tenantId, created_at: createdAt })
        .compile(),
      session.statement,
      ...extra,
    ],
  });
  return { session, createdAt };
}
