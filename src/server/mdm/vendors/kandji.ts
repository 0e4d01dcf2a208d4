import { lacking, member, under, type MdmConnector } from '../connector.js';
import { readDevice, type DeviceMembers } from '../device.js';
import { numberAt, rowsOf } from '../inventory-rows.js';

/** The most the API gives at once. */
const PAGE_SIZE = 300;
const MEMBERS: DeviceMembers = {
  id: ['device_id'],
  hostname: ['device_name', 'serial_number'],
  platform: ['platform'],
  osVersion: ['os_version'],
  // An unassigned device has an empty text where others have an object.
  email: ['user.email'],
  employee: ['user.name'],
  department: ['user.department'],
};

/** Kandji API: a bearer token, `v1/devices` by offset; it never tells a total, an empty page is the end. */
export const kandji: MdmConnector = {
  product: 'Kandji',
  advice: {
    signIn: 'check api_token: it may have been revoked, or be of another tenant than api_url',
    permission: 'give the API token the permission Device list (GET /devices)',
    address: 'api_url is the API URL of the tenant, such as https://example.api.kandji.io (api.eu.kandji.io)',
  },
  missing: (config) => lacking(config, ['api_url', 'api_token']),
  source(config) {
    const base = member(config, 'api_url');
    return {
      authentication: {
        kind: 'header',
        name: 'authorization',
        value: `Bearer ${member(config, 'api_token')}`,
      },
      headers: { accept: 'application/json' },
      pageUrl: (position) =>
        under(base, '/api/v1/devices', { limit: String(PAGE_SIZE), offset: String(numberAt(position)) }),
      readPage(body, position) {
        const rows = rowsOf(body);
        return { rows, next: rows.length === 0 ? undefined : String(numberAt(position) + rows.length) };
      },
      readDevice: (row) => readDevice(row, MEMBERS),
    };
  },
};
