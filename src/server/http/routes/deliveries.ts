import {
  deliveredEvent,
  newDelivery,
  presentDelivery,
  updateDelivery,
  type DeliveryRow,
} from '../../delivery/delivery-rows.js';
import { sampleTypes } from '../../delivery/event-types.js';
import { sampleEvent } from '../../delivery/sample-event.js';
import { DESTINATIONS, destinationUrl, whyOff } from '../../delivery/switched-on.js';
import { deliveryList } from '../../reports/deliveries.js';
import { instant } from '../../tenants/json-documents.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import { readSettings } from '../../tenants/settings-store.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

export function deliveryRoutes(context: ControlContext): Route[] {
  const { store, clock, tenants, deliveries } = context;

  const known = async (tenantId: string, deliveryId: string | undefined): Promise<DeliveryRow> => {
    const row = await store.read
      .selectFrom('deliveries')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('delivery_id', '=', deliveryId ?? '')
      .executeTakeFirst();
    if (row === undefined) throw new HttpError(404, 'not_found', 'no such delivery');
    return row;
  };

  const mustBeOn = async (tenantId: string, name: string): Promise<void> => {
    const { document } = await readSettings(context, tenantId);
    const destination = DESTINATIONS.find((one) => one === name);
    if (destination !== undefined && destinationUrl(document, destination) !== undefined) return;
    const why = destination === undefined ? 'is unknown' : whyOff(document, destination);
    throw new HttpError(409, 'destination_disabled', `the destination ${name} ${why}`);
  };

  const presented = async (row: DeliveryRow) =>
    presentDelivery(row, deliveries.retry.attempts, await deliveredEvent(store, row));

  return [
    operation('listDeliveries', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: await deliveryList(store, tenantId, query, deliveries.retry.attempts),
    })),

    operation('getDelivery', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await presented(await known(tenantId, params['deliveryId'])),
    })),

    operation('redeliver', 'write', (request) => {
      const { tenantId, params } = request;
      return tenants.exclusively(tenantId, async () => {
        const row = await known(tenantId, params['deliveryId']);
        await mustBeOn(tenantId, row.destination);
        const now = clock.now();
        const again = {
          status: 'pending',
          attempts: 0,
          next_attempt_at: now,
          updated_at: now,
          delivered_at: null,
        };
        await commitChange(context, {
          tenantId,
          action: 'delivery.redeliver',
          actor: actorOf(request),
          target: { type: 'delivery', id: row.delivery_id },
          facts: { destination: row.destination, event_id: row.event_id, status_before: row.status },
          statements: [updateDelivery(store, row, again)],
        });
        return { status: 202, body: await presented({ ...row, ...again }) };
      });
    }),

    operation('triggerSampleEvent', 'write', (request) => {
      const { tenantId, body } = request;
      const destination = body.destination ?? 'webhook';
      const types = sampleTypes(destination);
      if (!types.includes(body.event_type)) {
        throw new HttpError(
          400,
          'unknown_event_type',
          `a sample for ${destination} is one of ${types.join(', ')}`,
          { field: 'event_type', event_types: types },
        );
      }
      return tenants.exclusively(tenantId, async () => {
        await mustBeOn(tenantId, destination);
        const now = clock.now();
        const sample = sampleEvent(body.event_type, {
          eventId: context.newId('whe'),
          tenantId,
          occurredAt: instant(now),
        });
        const row = newDelivery(
          {
            tenant_id: tenantId,
            delivery_id: context.newId('dlv'),
            destination,
            event_id: sample.event_id,
            event_type: sample.type,
            occurred_at: now,
            sample,
          },
          now,
        );
        await commitChange(context, {
          tenantId,
          action: 'delivery.trigger',
          actor: actorOf(request),
          target: { type: 'delivery', id: row.delivery_id },
          facts: { destination, event_type: sample.type },
          statements: [store.build.insertInto('deliveries').values(row).compile()],
        });
        return { status: 202, body: await presented(row) };
      });
    }),
  ];
}
