import { startDouble, type VendorDouble } from './http-double.js';

export interface CustomInventory extends VendorDouble {
  readonly token: string;
  devices: unknown[];
  pageSize: number;
}

/** An inventory by the contract of docs/guides/mdm.md, paged by link. */
export async function startCustomInventory(devices: unknown[]): Promise<CustomInventory> {
  const token = 'inventory-token';
  const double = await startDouble({
    authorize: (request) =>
      request.headers.authorization === `Bearer ${token}` ? undefined : { status: 401, body: {} },
    inventoryPath: '/inventory',
    inventory({ query }) {
      const from = Number(query.get('from') ?? 0);
      const until = from + custom.pageSize;
      const next = until < custom.devices.length ? { next: `/inventory?from=${until}` } : {};
      const body = { devices: custom.devices.slice(from, until), total: custom.devices.length, ...next };
      return { status: 200, body };
    },
    notFound: { status: 404, body: {} },
  });
  const custom: CustomInventory = Object.assign(double, { token, devices, pageSize: 2 });
  return custom;
}
