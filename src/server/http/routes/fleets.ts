import { sameJson } from '../../tenants/json-documents.js';
import { FLEETS, mergeFleet, type FleetDocument } from '../../tenants/fleets/fleet-document.js';
import { countFleets, presentFleet } from '../../tenants/fleets/fleet-view.js';
import { isActive } from '../../tenants/api-keys.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import { resourceStore, type StoredResource } from '../../tenants/resources.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

export function fleetRoutes(context: ControlContext): Route[] {
  const { store, clock, tenants } = context;
  const fleets = resourceStore(context, FLEETS);

  const known = async (tenantId: string, fleetId: string | undefined) => {
    const fleet = await fleets.find(tenantId, fleetId ?? '');
    if (fleet === undefined) throw new HttpError(404, 'not_found', 'no such fleet');
    return fleet;
  };

  const present = async (tenantId: string, fleet: StoredResource<FleetDocument>) =>
    presentFleet(fleet, (await countFleets(context, tenantId)).get(fleet.id));

  const taken = async (tenantId: string, name: string, by?: string) =>
    (await fleets.list(tenantId)).some((fleet) => fleet.document.name === name && fleet.id !== by);

  const liveKeys = async (tenantId: string, fleetId: string) => {
    const keys = await store.read
      .selectFrom('api_keys')
      .select(['expires_at', 'revoked_at'])
      .where('tenant_id', '=', tenantId)
      .where('scope_level', '=', 'fleet')
      .where('scope_target_id', '=', fleetId)
      .execute();
    return keys.filter((key) => isActive(key, clock.now())).length;
  };

  return [
    operation('listFleets', 'read', async ({ tenantId }) => {
      const counts = await countFleets(context, tenantId);
      const data = (await fleets.list(tenantId)).map((fleet) => presentFleet(fleet, counts.get(fleet.id)));
      return { status: 200, body: { data, total: data.length } };
    }),

    operation('getFleet', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await present(tenantId, await known(tenantId, params['fleetId'])),
    })),

    operation('createFleet', 'write', (request) => {
      const { tenantId, body } = request;
      return tenants.exclusively(tenantId, async () => {
        // Ids are made here, so the name is what tells a repeated creation from a second fleet.
        if (await taken(tenantId, body.name)) {
          throw new HttpError(409, 'already_exists', `a fleet is named ${body.name} already`);
        }
        const now = clock.now();
        const fleet: StoredResource<FleetDocument> = {
          id: context.newId('fleet'),
          document: mergeFleet(undefined, body),
          secrets: {},
          createdAt: now,
          updatedAt: now,
        };
        await commitChange(context, {
          tenantId,
          action: 'fleet.create',
          actor: actorOf(request),
          target: { type: 'fleet', id: fleet.id },
          facts: { ...fleet.document },
          statements: [fleets.insert(tenantId, fleet)],
        });
        return { status: 201, body: presentFleet(fleet) };
      });
    }),

    operation('updateFleet', 'write', (request) => {
      const { tenantId, params, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const before = await known(tenantId, params['fleetId']);
        if (await taken(tenantId, body.name, before.id)) {
          throw new HttpError(400, 'already_exists', `another fleet is named ${body.name} already`);
        }
        const document = mergeFleet(before.document, body);
        if (sameJson(document, before.document)) {
          return { status: 200, body: await present(tenantId, before) };
        }
        const after = { ...before, document, updatedAt: clock.now() };
        await commitChange(context, {
          tenantId,
          action: 'fleet.update',
          actor: actorOf(request),
          target: { type: 'fleet', id: after.id },
          facts: { ...document },
          statements: [fleets.put(tenantId, after)],
        });
        return { status: 200, body: await present(tenantId, after) };
      });
    }),

    operation('deleteFleet', 'write', (request) => {
      const { tenantId, params } = request;
      return tenants.exclusively(tenantId, async () => {
        const { id, document } = await known(tenantId, params['fleetId']);
        const keys = await liveKeys(tenantId, id);
        if (keys > 0) {
          throw new HttpError(
            409,
            'fleet_in_use',
            `${keys} active API key(s) are limited to the fleet ${id}; revoke them first`,
          );
        }
        await commitChange(context, {
          tenantId,
          action: 'fleet.delete',
          actor: actorOf(request),
          target: { type: 'fleet', id },
          facts: { name: document.name },
          // The endpoints stay and belong to no fleet: a device does not vanish with its group.
          statements: [
            fleets.remove(tenantId, id),
            store.build
              .updateTable('endpoints')
              .set({ fleet_id: null, updated_at: clock.now() })
              .where('tenant_id', '=', tenantId)
              .where('fleet_id', '=', id)
              .compile(),
          ],
        });
        return { status: 200, body: { deleted: true } };
      });
    }),
  ];
}
