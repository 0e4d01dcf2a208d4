import type { CompiledQuery, Selectable } from 'kysely';
import type { Delivery } from '../../contract/govapi/types.js';
import { storedRecord } from '../reports/stored-record.js';
import type { Store } from '../store/port.js';
import type { Database } from '../store/schema.js';
import { instant, isJsonObject, parseDocument } from '../tenants/json-documents.js';
import { eventOf, type DeliveryEvent } from './event-body.js';
import { pamRequest } from './pam-request.js';
import { DESTINATIONS } from './switched-on.js';

export type DeliveryRow = Selectable<Database['deliveries']>;
type Status = Delivery['status'];

const STATUSES: readonly Status[] = ['pending', 'delivered', 'dead', 'cancelled'];

/** A fresh row of the first attempt. */
export function newDelivery(
  row: Pick<
    DeliveryRow,
    'tenant_id' | 'delivery_id' | 'destination' | 'event_id' | 'event_type' | 'occurred_at'
  > & { readonly chain_index?: number; readonly sample?: DeliveryEvent },
  now: number,
): DeliveryRow {
  const { chain_index, sample, ...named } = row;
  return {
    ...named,
    chain_index: chain_index ?? null,
    sample: sample === undefined ? null : JSON.stringify(sample),
    status: 'pending',
    attempts: 0,
    next_attempt_at: now,
    http_status: null,
    last_error: null,
    created_at: now,
    updated_at: now,
    delivered_at: null,
  };
}

export function updateDelivery(
  { build }: Pick<Store, 'build'>,
  { tenant_id, delivery_id }: Pick<DeliveryRow, 'tenant_id' | 'delivery_id'>,
  change: Partial<DeliveryRow>,
  onlyPending = false,
): CompiledQuery {
  const update = build
    .updateTable('deliveries')
    .set(change)
    .where('tenant_id', '=', tenant_id)
    .where('delivery_id', '=', delivery_id);
  return (onlyPending ? update.where('status', '=', 'pending') : update).compile();
}

/**
 * What the delivery carries; undefined when what it stands for is not there. With `openAt` a PAM request counts only
 * while its hold can be answered.
 */
export async function deliveredEvent(
  store: Store,
  row: DeliveryRow,
  openAt?: number,
): Promise<DeliveryEvent | undefined> {
  const { tenant_id: tenantId, chain_index: chainIndex, event_id: eventId } = row;
  if (row.sample !== null) return storedSample(row.sample);
  if (chainIndex === null) return undefined;
  if (row.destination === 'pam') return pamRequest(store, { tenantId, chainIndex, eventId }, openAt);
  const found = await store.read
    .selectFrom('evidence')
    .select('record')
    .where('tenant_id', '=', tenantId)
    .where('chain_index', '=', chainIndex)
    .executeTakeFirst();
  return found === undefined ? undefined : eventOf(storedRecord(found.record), row.event_type);
}

export function presentDelivery(row: DeliveryRow, maxAttempts: number, event?: DeliveryEvent): Delivery {
  return {
    delivery_id: row.delivery_id,
    destination: DESTINATIONS.find((name) => name === row.destination) ?? 'webhook',
    event_id: row.event_id,
    event_type: row.event_type,
    chain_index: row.chain_index,
    status: STATUSES.find((status) => status === row.status) ?? 'pending',
    attempts: row.attempts,
    max_attempts: maxAttempts,
    next_attempt_at: row.status === 'pending' ? instant(row.next_attempt_at) : null,
    http_status: row.http_status,
    last_error: row.last_error,
    occurred_at: instant(row.occurred_at),
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
    delivered_at: instant(row.delivered_at),
    ...(event === undefined ? {} : { event: { ...event } }),
  };
}

/** Written by this server alone, and read back member by member. */
function storedSample(text: string): DeliveryEvent {
  const { event_id, type, tenant_id, occurred_at, data } = parseDocument(text);
  return {
    event_id: String(event_id),
    type: String(type),
    tenant_id: String(tenant_id),
    occurred_at: String(occurred_at),
    sample: true,
    data: isJsonObject(data) ? data : {},
  };
}
