import { isJsonObject, textMember, type JsonObject } from '../tenants/json-documents.js';
import { collectPages, fetchJson, member, SyncFailure, type MdmConnector } from './connector.js';
import { readDevice, type DeviceMembers } from './device.js';

const MEMBERS: DeviceMembers = {
  id: ['endpoint_id', 'device_id', 'id', 'udid', 'serial_number'],
  name: ['name', 'hostname', 'device_name'],
  serial: ['serial_number', 'serial'],
  user: ['user', 'user_id', 'assigned_user', 'email', 'user.email'],
  os: ['os', 'platform'],
};
const LIST_MEMBERS = ['devices', 'endpoints', 'data', 'items', 'results'];

/**
 * Any system that serves an inventory as JSON: an array of devices, or an object with the array in `devices` and the
 * next page in `next` (a URL of the same origin) or `next_cursor` (sent back as `cursor`).
 */
export const custom: MdmConnector = {
  required: ['endpoint'],
  inventory(input) {
    const start = member(input.config, 'endpoint');
    const token = input.config['api_token'];
    const headers = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    return collectPages(start, async (url: string) => {
      const reply = await fetchJson(input, { method: 'GET', url, headers });
      const rows = Array.isArray(reply) ? reply : listOf(reply);
      return {
        devices: rows.map((row) => readDevice(row, MEMBERS)),
        next: Array.isArray(reply) ? undefined : nextPage(reply, url, start),
      };
    });
  },
};

function listOf(reply: JsonObject): readonly unknown[] {
  for (const name of LIST_MEMBERS) {
    const rows = reply[name];
    if (Array.isArray(rows)) return rows;
  }
  throw new SyncFailure(`the inventory has none of the members ${LIST_MEMBERS.join(', ')}`);
}

function nextPage(reply: JsonObject, url: string, start: string): string | undefined {
  const link = textMember(reply, 'next');
  if (link !== undefined && link !== '') {
    const next = new URL(link, url);
    // The token goes with every page: a link elsewhere would hand it out.
    if (next.origin !== new URL(start).origin) throw new SyncFailure('the next page is on another host');
    return next.href;
  }
  const cursor = textMember(isJsonObject(reply['meta']) ? reply['meta'] : reply, 'next_cursor');
  if (cursor === undefined || cursor === '') return undefined;
  const next = new URL(start);
  next.searchParams.set('cursor', cursor);
  return next.href;
}
