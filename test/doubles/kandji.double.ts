import { startDouble, type VendorDouble } from './http-double.js';

export interface Kandji extends VendorDouble {
  readonly token: string;
  devices: unknown[];
  mayListDevices: boolean;
}

/** One entry of `GET /api/v1/devices`; an unassigned device has an empty text for its user. */
export function kandjiDevice(number: number, more: object = {}) {
  return {
    device_id: `kandji-${number}`,
    device_name: `macbook-${number}`,
    model: 'MacBook Air',
    serial_number: `FV${number}`,
    platform: 'Mac',
    os_version: '15.1',
    user: { email: `user${number}@example.com`, name: `User ${number}`, id: number, is_archived: false },
    asset_tag: '',
    mdm_enabled: true,
    agent_installed: true,
    ...more,
  };
}

/** The Kandji API v1 as api-docs.kandji.io describes it. */
export async function startKandji(devices: unknown[]): Promise<Kandji> {
  const token = 'kandji-api-token';
  const double = await startDouble({
    authorize(request) {
      if (request.headers.authorization !== `Bearer ${token}`) {
        return { status: 401, body: { detail: 'Invalid token.' } };
      }
      if (kandji.mayListDevices) return undefined;
      return { status: 403, body: { detail: 'You do not have permission to perform this action.' } };
    },
    inventoryPath: '/api/v1/devices',
    inventory({ query }) {
      const from = Number(query.get('offset') ?? 0);
      const size = Math.min(300, Number(query.get('limit') ?? 300));
      return { status: 200, body: kandji.devices.slice(from, from + size) };
    },
    notFound: { status: 404, body: { detail: 'Not found.' } },
  });
  const kandji: Kandji = Object.assign(double, { token, devices, mayListDevices: true });
  return kandji;
}
