import type { CompiledQuery, Kysely } from 'kysely';
import type { Database } from '../store/schema.js';
import { evidenceIndex } from '../store/statements.js';
import type { JsonObject } from '../tenants/json-documents.js';
import { DESTINATIONS, destinationUrl } from './switched-on.js';

/**
 * Statements that go with a change of the settings, in its unit: a destination switched on starts behind the evidence
 * of the change itself, one switched off drops what it still had to deliver.
 */
export function destinationSwitches(
  build: Kysely<Database>,
  tenantId: string,
  before: JsonObject,
  after: JsonObject,
  now: number,
): CompiledQuery[] {
  return DESTINATIONS.flatMap((destination) => {
    const was = destinationUrl(before, destination) !== undefined;
    const is = destinationUrl(after, destination) !== undefined;
    if (was === is) return [];
    if (is) {
      const place = { chain_index: evidenceIndex(0), since: now };
      return [
        build
          .insertInto('delivery_cursors')
          .values({ tenant_id: tenantId, destination, ...place })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'destination']).doUpdateSet(place))
          .compile(),
      ];
    }
    return [
      build
        .deleteFrom('delivery_cursors')
        .where('tenant_id', '=', tenantId)
        .where('destination', '=', destination)
        .compile(),
      build
        .updateTable('deliveries')
        .set({ status: 'cancelled', last_error: 'the destination was switched off', updated_at: now })
        .where('tenant_id', '=', tenantId)
        .where('destination', '=', destination)
        .where('status', '=', 'pending')
        .compile(),
    ];
  });
}
