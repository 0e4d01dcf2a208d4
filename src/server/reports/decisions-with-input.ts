import { sql } from 'kysely';
import type { Store } from '../store/port.js';

/** Decisions of a tenant with the input policies saw, null where it is no longer kept. Callers say which, and in what order. */
export function decisionsWithInput(store: Store, tenantId: string) {
  return (
    store.read
      .selectFrom('evidence')
      .leftJoin('policy_inputs', (join) =>
        join
          .onRef('policy_inputs.tenant_id', '=', 'evidence.tenant_id')
          .onRef('policy_inputs.chain_index', '=', 'evidence.chain_index'),
      )
      .select(['evidence.chain_index', 'evidence.record', 'policy_inputs.input'])
      .where('evidence.tenant_id', '=', tenantId)
      // Written out: with a parameter the planner does not see that a partial index covers it.
      .where('evidence.kind', '=', sql.lit('decision'))
  );
}
