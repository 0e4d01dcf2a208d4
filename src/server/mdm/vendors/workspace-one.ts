import { lacking, member, under, type ConnectorConfig, type MdmConnector } from '../connector.js';
import { readDevice, type DeviceMembers } from '../device.js';
import { countOf, goesOn, numberAt, rowsOf } from '../inventory-rows.js';

const PAGE_SIZE = 500;
const MEMBERS: DeviceMembers = {
  id: ['Udid', 'Uuid', 'Id.Value', 'SerialNumber'],
  hostname: ['HostName', 'DeviceFriendlyName', 'SerialNumber'],
  platform: ['Platform', 'PlatformId.Name'],
  // The version, in spite of its name.
  osVersion: ['OperatingSystem'],
  email: ['UserEmailAddress', 'UserName'],
  employee: ['UserId.Name', 'UserName'],
  department: [],
};

/** Workspace ONE UEM: OAuth at the region's token service, or an admin account; `mdm/devices/search` by page number. */
export const workspaceOne: MdmConnector = {
  product: 'Workspace ONE UEM',
  advice: {
    signIn:
      'check client_id, client_secret and the region in token_url, or username and password, and that tenant_code is the REST API key of the same organization group',
    permission: 'give the role of the account the REST API permission Devices (read)',
    address: 'base_url is the REST API URL of the console, such as https://as1234.awmdm.com',
  },
  missing: (config) =>
    lacking(config, [
      'base_url',
      'tenant_code',
      ...(usesPassword(config) ? ['username', 'password'] : ['client_id', 'client_secret', 'token_url']),
    ]),
  source(config) {
    const base = member(config, 'base_url');
    return {
      authentication: usesPassword(config)
        ? { kind: 'header', name: 'authorization', value: basic(config) }
        : {
            kind: 'client_credentials',
            url: member(config, 'token_url'),
            form: { client_id: member(config, 'client_id'), client_secret: member(config, 'client_secret') },
          },
      headers: { accept: 'application/json', 'aw-tenant-code': member(config, 'tenant_code') },
      pageUrl: (position) =>
        under(base, '/api/mdm/devices/search', {
          page: String(numberAt(position)),
          pagesize: String(PAGE_SIZE),
        }),
      readPage(body, position, seen) {
        // 204 is how the search says that nothing was found.
        if (body === undefined) return { rows: [], total: seen };
        const rows = rowsOf(body, 'Devices');
        const total = countOf(body, 'Total');
        const next = goesOn(rows.length, seen, total) ? String(numberAt(position) + 1) : undefined;
        return { rows, total, next };
      },
      readDevice: (row) => readDevice(row, MEMBERS),
    };
  },
};

function usesPassword(config: ConnectorConfig): boolean {
  return config['username'] !== undefined && config['client_id'] === undefined;
}

function basic(config: ConnectorConfig): string {
  const pair = `${member(config, 'username')}:${member(config, 'password')}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}
