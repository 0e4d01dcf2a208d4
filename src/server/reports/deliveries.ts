import type { DeliveryList } from '../../contract/govapi/types.js';
import { presentDelivery } from '../delivery/delivery-rows.js';
import type { Store } from '../store/port.js';
import { wholeNumber } from './query-values.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

/** Newest first. Pages go by id, so that deliveries added meanwhile move nothing. */
export async function deliveryList(
  store: Store,
  tenantId: string,
  query: Readonly<Record<string, string>>,
  maxAttempts: number,
): Promise<DeliveryList> {
  const limit = wholeNumber(query, 'limit', { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT;
  const { status, destination, event_type: type, before } = query;
  let matching = store.read.selectFrom('deliveries').where('tenant_id', '=', tenantId);
  if (status !== undefined) matching = matching.where('status', '=', status);
  if (destination !== undefined) matching = matching.where('destination', '=', destination);
  if (type !== undefined) matching = matching.where('event_type', '=', type);
  const counted = await matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst();
  let page = matching.selectAll().orderBy('delivery_id', 'desc').limit(limit);
  if (before !== undefined) page = page.where('delivery_id', '<', before);
  const rows = await page.execute();
  return { data: rows.map((row) => presentDelivery(row, maxAttempts)), total: counted?.total ?? 0 };
}
