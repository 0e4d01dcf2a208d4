import { isJsonObject, textMember } from '../tenants/json-documents.js';
import {
  clientCredentialsToken,
  collectPages,
  endpoint,
  fetchJson,
  member,
  SyncFailure,
  type MdmConnector,
} from './connector.js';
import { readDevice, type DeviceMembers } from './device.js';

const JAMF_PAGE = 200;
const JAMF: DeviceMembers = {
  id: ['udid', 'id'],
  name: ['general.name'],
  serial: ['hardware.serialNumber'],
  user: ['userAndLocation.email', 'userAndLocation.username'],
  os: ['operatingSystem.name'],
};

/** Jamf Pro API: OAuth client, then `v1/computers-inventory` by page number. */
export const jamf: MdmConnector = {
  required: ['base_url', 'client_id', 'client_secret'],
  async inventory(input) {
    const base = member(input.config, 'base_url');
    const token = await clientCredentialsToken(input, endpoint(base, '/api/oauth/token'), {
      client_id: member(input.config, 'client_id'),
      client_secret: member(input.config, 'client_secret'),
    });
    const sections = ['GENERAL', 'HARDWARE', 'OPERATING_SYSTEM', 'USER_AND_LOCATION'];
    const query = sections.map((section) => `section=${section}`).join('&');
    return collectPages(0, async (page: number) => {
      const reply = await fetchJson(input, {
        method: 'GET',
        url: endpoint(base, `/api/v1/computers-inventory?page=${page}&page-size=${JAMF_PAGE}&${query}`),
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      });
      const rows = rowsOf(reply, 'results');
      return {
        devices: rows.map((row) => readDevice(row, JAMF)),
        next: rows.length < JAMF_PAGE ? undefined : page + 1,
      };
    });
  },
};

const KANDJI_PAGE = 300;
const KANDJI: DeviceMembers = {
  id: ['device_id'],
  name: ['device_name'],
  serial: ['serial_number'],
  user: ['user.email', 'user'],
  os: ['platform'],
};

/** Kandji API: bearer token, `v1/devices` by offset. */
export const kandji: MdmConnector = {
  required: ['api_url', 'api_token'],
  inventory(input) {
    const base = member(input.config, 'api_url');
    const headers = {
      authorization: `Bearer ${member(input.config, 'api_token')}`,
      accept: 'application/json',
    };
    return collectPages(0, async (offset: number) => {
      const url = endpoint(base, `/api/v1/devices?limit=${KANDJI_PAGE}&offset=${offset}`);
      const rows = rowsOf(await fetchJson(input, { method: 'GET', url, headers }));
      return {
        devices: rows.map((row) => readDevice(row, KANDJI)),
        next: rows.length < KANDJI_PAGE ? undefined : offset + KANDJI_PAGE,
      };
    });
  },
};

const GRAPH = 'https://graph.microsoft.com';
const INTUNE: DeviceMembers = {
  id: ['id'],
  name: ['deviceName'],
  serial: ['serialNumber'],
  user: ['userPrincipalName', 'emailAddress'],
  os: ['operatingSystem'],
};

/** Microsoft Intune: Graph app registration, `deviceManagement/managedDevices` by `@odata.nextLink`. */
export const intune: MdmConnector = {
  required: ['azure_tenant_id', 'client_id', 'client_secret'],
  async inventory(input) {
    const directory = encodeURIComponent(member(input.config, 'azure_tenant_id'));
    const token = await clientCredentialsToken(
      input,
      `https://login.microsoftonline.com/${directory}/oauth2/v2.0/token`,
      {
        client_id: member(input.config, 'client_id'),
        client_secret: member(input.config, 'client_secret'),
        scope: `${GRAPH}/.default`,
      },
    );
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    return collectPages(`${GRAPH}/v1.0/deviceManagement/managedDevices`, async (url: string) => {
      const reply = await fetchJson(input, { method: 'GET', url, headers });
      const next = isJsonObject(reply) ? textMember(reply, '@odata.nextLink') : undefined;
      if (next !== undefined && !next.startsWith(`${GRAPH}/`)) {
        throw new SyncFailure('the next page is on another host');
      }
      return { devices: rowsOf(reply, 'value').map((row) => readDevice(row, INTUNE)), next };
    });
  },
};

const WORKSPACE_ONE_PAGE = 500;
const WORKSPACE_ONE: DeviceMembers = {
  id: ['Udid', 'Uuid', 'SerialNumber'],
  name: ['DeviceFriendlyName'],
  serial: ['SerialNumber'],
  user: ['UserEmailAddress', 'UserName'],
  os: ['Platform'],
};

/** Workspace ONE UEM: OAuth at the region's token service, `mdm/devices/search` by page number. */
export const workspaceOne: MdmConnector = {
  required: ['base_url', 'tenant_code', 'client_id', 'client_secret', 'token_url'],
  async inventory(input) {
    const base = member(input.config, 'base_url');
    const token = await clientCredentialsToken(input, endpoint(member(input.config, 'token_url'), ''), {
      client_id: member(input.config, 'client_id'),
      client_secret: member(input.config, 'client_secret'),
    });
    const headers = {
      authorization: `Bearer ${token}`,
      'aw-tenant-code': member(input.config, 'tenant_code'),
      accept: 'application/json',
    };
    return collectPages(0, async (page: number) => {
      const url = endpoint(base, `/API/mdm/devices/search?pagesize=${WORKSPACE_ONE_PAGE}&page=${page}`);
      const rows = rowsOf(await fetchJson(input, { method: 'GET', url, headers }), 'Devices');
      return {
        devices: rows.map((row) => readDevice(row, WORKSPACE_ONE)),
        next: rows.length < WORKSPACE_ONE_PAGE ? undefined : page + 1,
      };
    });
  },
};

function rowsOf(reply: unknown, name?: string): readonly unknown[] {
  const rows = name === undefined ? reply : isJsonObject(reply) ? reply[name] : undefined;
  if (Array.isArray(rows)) return rows;
  throw new SyncFailure(
    name === undefined ? 'the inventory is not a list' : `the inventory has no member ${name}`,
  );
}
