import { shownMdmMembers } from '../../contract/govapi/mdm-config.js';
import type { MdmProvider, MdmProviderSlug, MdmProviderUpsert } from '../../contract/govapi/types.js';
import type { Database } from '../store/schema.js';
import {
  instant,
  isJsonObject,
  objectMember,
  ownMember,
  parseDocument,
  textMember,
  type JsonObject,
} from '../tenants/json-documents.js';
import { isProviderSlug, OPERATOR_MEMBERS } from './connectors.js';

type Row = Database['mdm_providers'];

/** A provider with its secrets apart from everything a reply may show. */
export interface StoredProvider {
  readonly provider: MdmProviderSlug;
  readonly enabled: boolean;
  readonly name: string | null;
  /** Without secret members. */
  readonly config: JsonObject;
  readonly secrets: Readonly<Record<string, string>>;
  readonly endpointUrl: string | null;
  /** What the latest sync left behind: `last_sync_at`, `last_sync_status`, `last_sync_job_id`, … */
  readonly sync: JsonObject;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Anything that looks like a credential is treated as one: showing too little is harmless. */
const SECRET_MEMBER = /secret|token(?!_url$)|password|passphrase|api_?key|private_?key|tenant_code/i;
/**
 * Members a reader may see: those the contract documents and does not call write-only. What else a configuration holds
 * may be a secret under a mistyped name.
 */
const MASK = /^[*\u2022\u25cf]+$/;

export function storedProvider(row: Row): StoredProvider | undefined {
  if (!isProviderSlug(row.provider)) return undefined;
  const document = parseDocument(row.document);
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseDocument(row.secrets))) {
    if (typeof value === 'string') secrets[name] = value;
  }
  return {
    provider: row.provider,
    enabled: document['enabled'] === true,
    name: textMember(document, 'name') ?? null,
    config: objectMember(document, 'config'),
    secrets,
    endpointUrl: textMember(document, 'endpoint_url') ?? null,
    sync: objectMember(document, 'sync'),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function providerColumns(tenantId: string, stored: StoredProvider): Row {
  return {
    tenant_id: tenantId,
    provider: stored.provider,
    document: JSON.stringify({
      enabled: stored.enabled,
      name: stored.name,
      config: stored.config,
      endpoint_url: stored.endpointUrl,
      sync: stored.sync,
    }),
    secrets: JSON.stringify(stored.secrets),
    created_at: stored.createdAt,
    updated_at: stored.updatedAt,
  };
}

/** Applies an upsert of either form, Terraform's or the operator's: members that are missing keep their value. */
export function mergeProvider(
  before: StoredProvider | undefined,
  written: MdmProviderUpsert,
  now: number,
): StoredProvider {
  const config = new Map(Object.entries(before?.config ?? {}));
  const secrets = new Map(Object.entries(before?.secrets ?? {}));
  const given: JsonObject = isJsonObject(written.config) ? written.config : {};
  for (const [member, value] of Object.entries(given)) {
    if (!SECRET_MEMBER.test(member)) {
      if (value === null) config.delete(member);
      else config.set(member, value);
    } else if (value === null) secrets.delete(member);
  }
  for (const [member, value] of givenSecrets(written)) secrets.set(member, value);
  return {
    provider: written.provider,
    enabled: written.enabled ?? before?.enabled ?? true,
    name: written.name ?? before?.name ?? null,
    config: Object.fromEntries(config),
    secrets: Object.fromEntries(secrets),
    endpointUrl: written.endpoint_url ?? before?.endpointUrl ?? null,
    sync: before?.sync ?? {},
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** Secrets that a written document really holds: a mask or an empty text stands for one that is kept. */
function givenSecrets(written: MdmProviderUpsert): Map<string, string> {
  const members = Object.entries(isJsonObject(written.config) ? written.config : {});
  const given = members.filter(([member]) => SECRET_MEMBER.test(member));
  given.push([OPERATOR_MEMBERS[written.provider].key, written.api_key]);
  const real = given.filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && entry[1] !== '' && !MASK.test(entry[1]),
  );
  return new Map(real);
}

/**
 * Secrets that a change would send to a host they were not given for, by name. Who may change an address must not come to
 * know by it what nobody may read.
 */
export function misdirectedSecrets(
  before: StoredProvider,
  after: StoredProvider,
  written: MdmProviderUpsert,
): string[] {
  const known = originsOf(before);
  if ([...originsOf(after)].every((origin) => known.has(origin))) return [];
  const given = givenSecrets(written);
  return Object.keys(after.secrets)
    .filter((name) => !given.has(name))
    .sort();
}

function originsOf(stored: StoredProvider): Set<string> {
  const addresses = Object.values(connectorConfig({ ...stored, secrets: {} }));
  return new Set(addresses.filter((text) => URL.canParse(text)).map((text) => new URL(text).origin));
}

/** Text members a connector works with; the operator's address stands in where the config names none. */
export function connectorConfig(stored: StoredProvider): Readonly<Record<string, string>> {
  const config: Record<string, string> = { ...stored.secrets };
  for (const [member, value] of Object.entries(stored.config)) {
    if (typeof value === 'string' && value.trim() !== '') config[member] = value.trim();
  }
  const { url } = OPERATOR_MEMBERS[stored.provider];
  if (stored.endpointUrl !== null && config[url] === undefined) config[url] = stored.endpointUrl;
  return config;
}

const shownConfig = (config: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(config).filter(([member]) => shownMdmMembers.has(member)));

export function presentProvider(stored: StoredProvider): MdmProvider {
  const { sync } = stored;
  const lastStatus = ownMember(sync, 'last_sync_status');
  const synced = ownMember(sync, 'synced_endpoints');
  return {
    provider: stored.provider,
    name: stored.name,
    enabled: stored.enabled,
    status: !stored.enabled
      ? 'disabled'
      : lastStatus === 'succeeded'
        ? 'connected'
        : lastStatus === 'failed'
          ? 'error'
          : 'pending',
    config: shownConfig(stored.config),
    endpoint_url: stored.endpointUrl,
    last_sync_at: textMember(sync, 'last_sync_at') ?? null,
    last_sync_status:
      lastStatus === 'succeeded' ||
      lastStatus === 'failed' ||
      lastStatus === 'running' ||
      lastStatus === 'queued'
        ? lastStatus
        : null,
    last_sync_job_id: textMember(sync, 'last_sync_job_id') ?? null,
    last_error: textMember(sync, 'last_error') ?? null,
    synced_endpoints: typeof synced === 'number' ? synced : 0,
    created_at: instant(stored.createdAt),
    updated_at: instant(stored.updatedAt),
  };
}
