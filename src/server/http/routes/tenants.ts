import { instant } from '../../tenants/json-documents.js';
import { createTenant } from '../../tenants/new-tenant.js';
import { actorOf } from '../../tenants/recorded-change.js';
import { StoreConflict } from '../../store/port.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Principal, type Route } from '../port.js';

/** Tenants of the installation; only admins of the first one see and make others. */
export function tenantRoutes(context: ControlContext): Route[] {
  const { store, tenants, credentials, ownerTenantId } = context;

  return [
    operation('listTenants', 'read', async ({ principal }) => {
      requireOwner(principal, ownerTenantId);
      const rows = await store.read.selectFrom('tenants').selectAll().orderBy('tenant_id').execute();
      const data = rows.map((row) => ({
        tenant_id: row.tenant_id,
        created_at: instant(row.created_at),
        owner: row.tenant_id === ownerTenantId,
      }));
      return { status: 200, body: { data, total: data.length } };
    }),

    operation('createTenant', 'write', async (request) => {
      requireOwner(request.principal, ownerTenantId);
      const { tenant_id: tenantId } = request.body;
      const taken = new HttpError(409, 'tenant_exists', `the tenant ${tenantId} exists already`);
      if (tenants.snapshot(tenantId) !== undefined) throw taken;
      try {
        const { session, createdAt } = await createTenant(context, tenantId, actorOf(request));
        credentials.put(session.tokenHash, session.credential);
        await tenants.reload(tenantId);
        return {
          status: 201,
          body: { tenant_id: tenantId, created_at: instant(createdAt), admin_token: session.token },
        };
      } catch (error) {
        throw error instanceof StoreConflict ? taken : error;
      }
    }),
  ];
}

export function requireOwner(principal: Principal, ownerTenantId: string): void {
  if (principal.kind === 'admin' && principal.tenantId === ownerTenantId) return;
  throw new HttpError(403, 'not_owner_tenant', 'only an admin of the first tenant owns this installation');
}
