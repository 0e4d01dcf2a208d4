import { bareHost, coversHost } from '../../../engine/mcp/host.js';
import { DEFAULT_WINDOW_HOURS, hostsSeen, MAX_WINDOW_HOURS } from '../../mcp/calls.js';
import { verifyCatalog } from '../../mcp/catalog.js';
import { inventoryDigest, inventoryReport } from '../../mcp/inventory.js';
import { presentVendor, vendorFamily, writtenVendor, type StoredVendor } from '../../mcp/vendor.js';
import { wholeNumber } from '../../reports/query-values.js';
import { sameJson } from '../../tenants/json-documents.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import { resourceStore } from '../../tenants/resources.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route, type RouteContext } from '../port.js';

/** MCP vendors, what was called at them, and what a principal may call. */
export function mcpRoutes(context: ControlContext): Route[] {
  const { clock, tenants } = context;
  const vendors = resourceStore(context, vendorFamily);

  const known = async (tenantId: string, id: string | undefined): Promise<StoredVendor> => {
    const vendor = await vendors.find(tenantId, id ?? '');
    if (vendor === undefined) throw new HttpError(404, 'not_found', 'no such MCP vendor');
    return vendor;
  };

  const present = async (tenantId: string, list: readonly StoredVendor[]) => {
    const seen = await hostsSeen(context, tenantId);
    return list.map((vendor) => presentVendor(vendor, lastSeen(vendor, seen)));
  };
  const presentOne = async (tenantId: string, vendor: StoredVendor) =>
    presentVendor(vendor, lastSeen(vendor, await hostsSeen(context, tenantId)));

  const save = async (request: RouteContextLike, verb: 'create' | 'update', vendor: StoredVendor) => {
    const { tenantId } = request;
    await commitChange(context, {
      tenantId,
      action: `mcp_vendor.${verb}`,
      actor: actorOf(request),
      target: { type: 'mcp_vendor', id: vendor.id },
      facts: { ...vendor.document },
      statements: [vendors.put(tenantId, vendor)],
    });
    await tenants.reload(tenantId);
  };

  return [
    operation('listMcpVendors', 'read', async ({ tenantId, query }) => {
      const { approved } = query;
      const all = await vendors.list(tenantId);
      const wanted = all.filter(
        ({ document }) => approved === undefined || String(document.approved) === approved,
      );
      return { status: 200, body: { data: await present(tenantId, wanted), total: wanted.length } };
    }),

    operation('getMcpVendor', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await presentOne(tenantId, await known(tenantId, params['vendorId'])),
    })),

    operation('createMcpVendor', 'write', (request) => {
      const { tenantId, body } = request;
      return tenants.exclusively(tenantId, async () => {
        if ((await vendors.find(tenantId, body.vendor_id)) !== undefined) {
          throw new HttpError(409, 'already_exists', `the MCP vendor ${body.vendor_id} exists already`);
        }
        const vendor = writtenVendor(body.vendor_id, undefined, body, clock.now());
        await save(request, 'create', vendor);
        return { status: 201, body: await presentOne(tenantId, vendor) };
      });
    }),

    operation('updateMcpVendor', 'write', (request) => {
      const { tenantId, params, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const before = await known(tenantId, params['vendorId']);
        if (body.vendor_id !== undefined && body.vendor_id !== before.id) {
          throw new HttpError(400, 'invalid_request', 'vendor_id cannot be changed');
        }
        const after = writtenVendor(before.id, before, body, clock.now());
        // The operator repeats this call on every reconcile: the same again is no change.
        const same = sameJson(before.document, after.document);
        if (!same) await save(request, 'update', after);
        return { status: 200, body: await presentOne(tenantId, same ? before : after) };
      });
    }),

    operation('deleteMcpVendor', 'write', (request) => {
      const { tenantId, params } = request;
      return tenants.exclusively(tenantId, async () => {
        const vendor = await known(tenantId, params['vendorId']);
        await commitChange(context, {
          tenantId,
          action: 'mcp_vendor.delete',
          actor: actorOf(request),
          target: { type: 'mcp_vendor', id: vendor.id },
          statements: [vendors.remove(tenantId, vendor.id)],
        });
        await tenants.reload(tenantId);
        return { status: 200, body: { deleted: true } };
      });
    }),

    operation('getMcpInventoryReport', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: await inventoryReport(context, tenantId, windowHours(query)),
    })),

    operation('getMcpInventoryDigest', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: inventoryDigest(await inventoryReport(context, tenantId, windowHours(query))),
    })),

    operation('verifyMcpCatalog', 'read', async ({ tenantId, query, body }) => ({
      status: 200,
      body: await verifyCatalog(context, tenantId, body, query['env']),
    })),
  ];
}

type RouteContextLike = Pick<RouteContext, 'tenantId' | 'principal' | 'provenance'>;

function windowHours(query: Readonly<Record<string, string>>): number {
  return wholeNumber(query, 'window_hours', { min: 1, max: MAX_WINDOW_HOURS }) ?? DEFAULT_WINDOW_HOURS;
}

function lastSeen(vendor: StoredVendor, seen: ReadonlyMap<string, number>): number | null {
  const patterns = vendor.document.host_patterns.map(bareHost);
  const times = [...seen].filter(([host]) => patterns.some((pattern) => coversHost(pattern, host)));
  return times.length === 0 ? null : Math.max(...times.map(([, time]) => time));
}
