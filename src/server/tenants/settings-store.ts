import { createHash } from 'node:crypto';
import type { ServerContext } from '../context.js';
import { destinationSwitches } from '../delivery/destination-switches.js';
import { effectiveRegimes } from './compliance-profiles.js';
import {
  instant,
  isJsonObject,
  objectMember,
  ownMember,
  parseDocument,
  sameJson,
  type JsonObject,
} from './json-documents.js';
import { commitChange, type Actor } from './recorded-change.js';
import { changedPaths, mergeSettings } from './settings-merge.js';
import { refuseMisdirected } from './misdirected-secrets.js';
import { checkDocumentSize, checkSettings } from './settings-rules.js';
import {
  keptSecrets,
  secretsText,
  splitSecrets,
  storedSecrets,
  type KeptSecrets,
} from './settings-secrets.js';

/** Terraform leaves its router attributes unknown unless this object is in every reply. */
const MODEL_ROUTER_DEFAULTS = {
  enabled: false,
  default_provider: null,
  default_model: null,
  allowed_providers: [],
  allowed_models: [],
  failover_providers: [],
} as const;
/** Former documents kept as merge bases; a writer that read an older one gets a plain merge. */
const KEPT_REVISIONS = 1_000;

export interface TenantSettingsState extends KeptSecrets {
  readonly document: JsonObject;
  readonly revision: number;
  readonly updatedAt: number | null;
}

type StoreSide = Pick<ServerContext, 'store'>;
type ChangeSide = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'tenants' | 'newId'>;

export async function readSettings({ store }: StoreSide, tenantId: string): Promise<TenantSettingsState> {
  const row = await store.read
    .selectFrom('settings')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  if (row === undefined) return { document: {}, ...storedSecrets('{}'), revision: 0, updatedAt: null };
  return {
    document: parseDocument(row.document),
    ...storedSecrets(row.secrets),
    revision: row.revision,
    updatedAt: row.updated_at,
  };
}

/** The document as clients see it: no secret, no invented member but `model_router`. */
export function presentSettings(tenantId: string, state: TenantSettingsState): JsonObject {
  return {
    ...presentDocument(state.document),
    tenant_id: tenantId,
    effective_regulatory_regimes: effectiveRegimes(state.document),
    revision: String(state.revision),
    updated_at: instant(state.updatedAt),
  };
}

/** Merges a written document into the tenant's and answers with the result. One write of a tenant runs at a time. */
export async function writeSettings(
  context: ChangeSide,
  tenantId: string,
  written: JsonObject,
  actor: Actor,
): Promise<TenantSettingsState> {
  checkSettings(written);
  return context.tenants.exclusively(tenantId, async () => {
    const before = await readSettings(context, tenantId);
    const { document: writtenDocument, secrets, changed, given } = splitSecrets(written, before.secrets);
    const base = await readBase(context, tenantId, ownMember(written, 'revision'));
    const document = mergeSettings(before.document, base, writtenDocument);
    if (changed.length === 0 && sameJson(presentDocument(before.document), presentDocument(document))) {
      return before;
    }
    refuseMisdirected(before.document, { document, secrets, given });
    checkDocumentSize(before.document, document);
    const now = context.clock.now();
    const after = {
      document,
      ...keptSecrets(before, { secrets, changed }, actor.kind === 'api_key' ? actor.credentialId : null, now),
      revision: before.revision + 1,
      updatedAt: now,
    };
    await commitSettings(context, tenantId, before, after, [...changed], actor);
    await context.tenants.reload(tenantId);
    return after;
  });
}

async function readBase(
  { store }: StoreSide,
  tenantId: string,
  revision: unknown,
): Promise<JsonObject | undefined> {
  if (typeof revision !== 'string' || !/^\d{1,15}$/.test(revision)) return undefined;
  if (revision === '0') return presentDocument({});
  const row = await store.read
    .selectFrom('settings_history')
    .select('document')
    .where('tenant_id', '=', tenantId)
    .where('revision', '=', Number(revision))
    .executeTakeFirst();
  return row === undefined ? undefined : presentDocument(parseDocument(row.document));
}

function commitSettings(
  context: ChangeSide,
  tenantId: string,
  before: TenantSettingsState,
  after: TenantSettingsState,
  changedSecrets: readonly string[],
  actor: Actor,
): Promise<void> {
  const { build } = context.store;
  const document = JSON.stringify(after.document);
  const row = {
    document,
    secrets: secretsText(after),
    revision: after.revision,
    updated_at: after.updatedAt ?? 0,
  };
  return commitChange(context, {
    tenantId,
    action: 'settings.update',
    actor,
    target: { type: 'settings', id: tenantId },
    facts: {
      revision: after.revision,
      changed: changedPaths(before.document, after.document),
      changed_secrets: changedSecrets,
      document_sha256: createHash('sha256').update(document).digest('hex'),
    },
    statements: [
      build
        .insertInto('settings')
        .values({ tenant_id: tenantId, ...row })
        .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(row))
        .compile(),
      build
        .insertInto('settings_history')
        .values({ tenant_id: tenantId, revision: after.revision, document })
        .compile(),
      build
        .deleteFrom('settings_history')
        .where('tenant_id', '=', tenantId)
        .where('revision', '<', after.revision - KEPT_REVISIONS)
        .compile(),
      // Which event is the first to be delivered is decided here: the one after this change.
      ...destinationSwitches(build, tenantId, before.document, after.document, after.updatedAt ?? 0),
    ],
  });
}

function presentDocument(document: JsonObject): JsonObject {
  const stored = ownMember(document, 'model_router');
  return {
    ...document,
    model_router: {
      ...MODEL_ROUTER_DEFAULTS,
      ...(isJsonObject(stored) ? objectMember(document, 'model_router') : {}),
    },
  };
}
