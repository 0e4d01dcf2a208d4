import type { ServerContext } from '../../context.js';
import type { Store } from '../../store/port.js';
import { commitChange, type Actor } from '../recorded-change.js';
import type { SeenEndpoint } from './endpoint-reads.js';

/** Ids of the endpoints of a tenant that may not act. */
export async function readQuarantine(
  { read }: Pick<Store, 'read'>,
  tenantId: string,
): Promise<ReadonlySet<string>> {
  const rows = await read
    .selectFrom('endpoints')
    .select('endpoint_id')
    .where('tenant_id', '=', tenantId)
    .where('quarantined_at', 'is not', null)
    .execute();
  return new Set(rows.map((row) => row.endpoint_id));
}

/** Stops an endpoint or lets it act again, from the next call on. The same again is no change. */
export async function setQuarantine(
  context: Pick<ServerContext, 'store' | 'clock' | 'streams' | 'tenants' | 'newId'>,
  tenantId: string,
  endpoint: SeenEndpoint,
  quarantined: boolean,
  actor: Actor,
): Promise<void> {
  if ((endpoint.quarantined_at !== null) === quarantined) return;
  const now = context.clock.now();
  await commitChange(context, {
    tenantId,
    action: quarantined ? 'endpoint.quarantine' : 'endpoint.release',
    actor,
    target: { type: 'endpoint', id: endpoint.endpoint_id },
    statements: [
      context.store.build
        .updateTable('endpoints')
        .set({ quarantined_at: quarantined ? now : null, updated_at: now })
        .where('tenant_id', '=', tenantId)
        .where('endpoint_id', '=', endpoint.endpoint_id)
        .compile(),
    ],
  });
  await context.tenants.reloadQuarantine(tenantId);
}
