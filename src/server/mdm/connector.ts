import type { OutboundReply, OutboundRequest } from '../delivery/outbound-request.js';
import { isJsonObject, type JsonObject } from '../tenants/json-documents.js';
import type { Device } from './device.js';

/** A sync that cannot go on; the text becomes the job's error and must not hold a secret. */
export class SyncFailure extends Error {
  override readonly name = 'SyncFailure';
}

/** Connection members of a provider, secrets included, in the names of its configuration. */
export interface ConnectorInput {
  readonly config: Readonly<Record<string, string>>;
  send(request: OutboundRequest): Promise<OutboundReply>;
}

/** Reads the whole inventory of one vendor. */
export interface MdmConnector {
  /** Configuration members without which a sync cannot start. */
  readonly required: readonly string[];
  inventory(input: ConnectorInput): Promise<Device[]>;
}

const MAX_PAGES = 1_000;

/** Fetches one JSON document and says in words why that failed. */
export async function fetchJson(
  input: ConnectorInput,
  request: OutboundRequest,
): Promise<JsonObject | unknown[]> {
  const reply = await input.send(request);
  const { host } = new URL(request.url);
  if (reply.status === 401 || reply.status === 403) {
    throw new SyncFailure(`${host} refuses the credentials (${reply.status})`);
  }
  if (reply.status < 200 || reply.status >= 300) throw new SyncFailure(`${host} answered ${reply.status}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(reply.body);
  } catch {
    throw new SyncFailure(`${host} answered with something that is not JSON`);
  }
  if (isJsonObject(parsed) || Array.isArray(parsed)) return parsed;
  throw new SyncFailure(`${host} answered with JSON that is not an inventory`);
}

/** Walks pages until one says there is no next; a vendor that never ends is a failure, not an endless job. */
export async function collectPages<Position>(
  first: Position,
  page: (
    position: Position,
  ) => Promise<{ devices: readonly (Device | undefined)[]; next: Position | undefined }>,
): Promise<Device[]> {
  const devices: Device[] = [];
  let position: Position | undefined = first;
  for (let count = 0; position !== undefined; count += 1) {
    if (count === MAX_PAGES) throw new SyncFailure(`the inventory does not end after ${MAX_PAGES} pages`);
    const result = await page(position);
    for (const device of result.devices) if (device !== undefined) devices.push(device);
    position = result.next;
  }
  return devices;
}

export function member(config: Readonly<Record<string, string>>, name: string): string {
  const value = config[name];
  if (value === undefined) throw new SyncFailure(`the configuration lacks ${name}`);
  return value;
}

/** Joins a path to a configured base, whose own path stays. */
export function endpoint(base: string, path: string): string {
  if (!URL.canParse(base)) throw new SyncFailure('the configured address is not a URL');
  return `${base.replace(/\/+$/, '')}${path}`;
}

/** OAuth 2.0 client credentials, as three of the vendors use them. */
export async function clientCredentialsToken(
  input: ConnectorInput,
  url: string,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const reply = await fetchJson(input, {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
  });
  const token = isJsonObject(reply) ? reply['access_token'] : undefined;
  if (typeof token !== 'string' || token === '')
    throw new SyncFailure('the sign-in answer carries no access_token');
  return token;
}
