import { isJsonObject, textMember, type JsonObject } from '../../tenants/json-documents.js';
import { lacking, member, sameOrigin, SyncFailure, type MdmConnector } from '../connector.js';
import { readDevice, type DeviceMembers } from '../device.js';
import { countOf } from '../inventory-rows.js';

const MEMBERS: DeviceMembers = {
  id: ['device_id', 'id', 'udid', 'serial_number'],
  hostname: ['hostname', 'name', 'device_name', 'serial_number'],
  platform: ['os', 'platform'],
  osVersion: ['os_version'],
  email: ['employee_email', 'email', 'user.email', 'user'],
  employee: ['employee_name', 'user.name', 'user', 'user_id', 'assigned_user'],
  department: ['department'],
};
const LIST_MEMBERS = ['devices', 'endpoints', 'data', 'items', 'results'];

/**
 * Any system that serves an inventory as JSON: an array of devices, or an object with the array in `devices` and the
 * next page in `next` (a URL of the same origin) or `next_cursor` (sent back as `cursor`). docs/guides/mdm.md has all.
 */
export const custom: MdmConnector = {
  product: 'the custom inventory',
  advice: {
    signIn: 'check api_token',
    permission: 'let the holder of api_token read the inventory',
    address: 'endpoint is the URL of the inventory itself',
  },
  missing: (config) => lacking(config, ['endpoint']),
  source(config) {
    const start = member(config, 'endpoint');
    const token = config['api_token'];
    return {
      authentication:
        token === undefined
          ? { kind: 'none' }
          : { kind: 'header', name: 'authorization', value: `Bearer ${token}` },
      headers: { accept: 'application/json' },
      pageUrl: (position) => (position === undefined ? start : sameOrigin(position, start)),
      readPage(body, position) {
        if (Array.isArray(body)) return { rows: body };
        const reply = isJsonObject(body) ? body : {};
        return {
          rows: listOf(reply),
          total: countOf(reply, 'total'),
          next: nextPage(reply, position ?? start, start),
        };
      },
      readDevice: (row) => readDevice(row, MEMBERS),
    };
  },
};

function listOf(reply: JsonObject): readonly unknown[] {
  for (const name of LIST_MEMBERS) {
    const rows = reply[name];
    if (Array.isArray(rows)) return rows;
  }
  throw new SyncFailure(`the inventory is neither a list nor has one in ${LIST_MEMBERS.join(', ')}`);
}

function nextPage(reply: JsonObject, current: string, start: string): string | undefined {
  const link = textMember(reply, 'next');
  if (link !== undefined && link !== '') return sameOrigin(link, current);
  const cursor = textMember(isJsonObject(reply['meta']) ? reply['meta'] : reply, 'next_cursor');
  if (cursor === undefined || cursor === '') return undefined;
  const next = new URL(start);
  next.searchParams.set('cursor', cursor);
  return next.href;
}
