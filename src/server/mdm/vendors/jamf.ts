import { lacking, member, under, type MdmConnector } from '../connector.js';
import { readDevice, type DeviceMembers } from '../device.js';
import { countOf, goesOn, numberAt, rowsOf } from '../inventory-rows.js';

const PAGE_SIZE = 200;
const SECTIONS = ['GENERAL', 'HARDWARE', 'OPERATING_SYSTEM', 'USER_AND_LOCATION'];
const MEMBERS: DeviceMembers = {
  id: ['udid', 'id'],
  hostname: ['general.name', 'hardware.serialNumber'],
  platform: ['operatingSystem.name', 'general.platform'],
  osVersion: ['operatingSystem.version'],
  email: ['userAndLocation.email', 'userAndLocation.username'],
  employee: ['userAndLocation.realname', 'userAndLocation.username'],
  department: ['userAndLocation.department'],
};

/** Jamf Pro API: OAuth of an API client, then `v1/computers-inventory` by page number, in the order of ids. */
export const jamf: MdmConnector = {
  product: 'Jamf Pro',
  advice: {
    signIn: 'check client_id and client_secret, and that the API client is enabled (API Roles and Clients)',
    permission: 'give the role of the API client the privilege Read Computers',
    address: 'base_url is the address of the instance, such as https://example.jamfcloud.com',
  },
  missing: (config) => lacking(config, ['base_url', 'client_id', 'client_secret']),
  source(config) {
    const base = member(config, 'base_url');
    const sections = SECTIONS.map((section) => `section=${section}`).join('&');
    return {
      authentication: {
        kind: 'client_credentials',
        url: config['token_url'] ?? under(base, '/api/oauth/token'),
        form: { client_id: member(config, 'client_id'), client_secret: member(config, 'client_secret') },
      },
      headers: { accept: 'application/json' },
      pageUrl: (position) =>
        `${under(base, '/api/v1/computers-inventory')}?${sections}&page=${numberAt(position)}&page-size=${PAGE_SIZE}&sort=id:asc`,
      readPage(body, position, seen) {
        const rows = rowsOf(body, 'results');
        const total = countOf(body, 'totalCount');
        const next = goesOn(rows.length, seen, total) ? String(numberAt(position) + 1) : undefined;
        return { rows, total, next };
      },
      readDevice: (row) => readDevice(row, MEMBERS),
    };
  },
};
