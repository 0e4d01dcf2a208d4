import type { BundleSource, RiskTier, ShadowAction, TenantSnapshot } from '../../engine/types.js';
import type { Store } from '../store/port.js';
import { effectiveRegimes, namedRegimes } from './compliance-profiles.js';
import { readOverrides } from './exceptions/overrides.js';
import { readPackBook } from './packs/loaded-packs.js';
import { readQuarantine } from './endpoints/quarantine.js';
import { readLoadedBundles } from './loaded-bundles.js';
import { readMcpControl } from './mcp-control.js';
import { objectMember, ownMember, parseDocument, textList, type JsonObject } from './json-documents.js';

const TIERS: readonly RiskTier[] = ['low', 'medium', 'high', 'critical'];
const ACTIONS: readonly ShadowAction[] = ['allow', 'step_up', 'block'];

/** Reads everything a decision of this tenant depends on; undefined for an unknown tenant. */
export async function readSnapshot(
  store: Store,
  tenantId: string,
  revision: number,
  known: readonly BundleSource[],
): Promise<TenantSnapshot | undefined> {
  const [tenant, settings, agents, bundles, quarantinedEndpoints] = await Promise.all([
    store.read.selectFrom('tenants').select('tenant_id').where('tenant_id', '=', tenantId).executeTakeFirst(),
    settingsRow(store, tenantId),
    store.read.selectFrom('agents').selectAll().where('tenant_id', '=', tenantId).execute(),
    readLoadedBundles(store, tenantId, known),
    readQuarantine(store, tenantId),
  ]);
  if (tenant === undefined) return undefined;

  const document = parseDocument(settings?.document ?? '{}');
  return {
    ...(await readGovernance(store, tenantId, document)),
    tenantId,
    revision,
    shadowPolicy: shadowPolicy(objectMember(document, 'shadow_policy')),
    toolRiskOverrides: riskOverrides(objectMember(document, 'tool_risk_overrides')),
    agentScopes: new Map(agents.map((row) => [row.agent_id, textList(JSON.parse(row.approved_scope))])),
    intents: intents(objectMember(document, 'session_intents')),
    bundles,
    quarantinedEndpoints,
    regulatoryRegimes: effectiveRegimes(document),
    mcpControl: await readMcpControl(store, tenantId, document),
  };
}

/** What packs and exceptions add to a snapshot, under these settings or, when not given, the stored ones. */
export async function readGovernance(
  store: Store,
  tenantId: string,
  document?: JsonObject,
): Promise<Pick<TenantSnapshot, 'packs' | 'overrides'>> {
  const settings = document ?? parseDocument((await settingsRow(store, tenantId))?.document ?? '{}');
  const [packs, overrides] = await Promise.all([
    readPackBook(store, tenantId, namedRegimes(settings)),
    readOverrides(store, tenantId),
  ]);
  return { packs, overrides };
}

function settingsRow(store: Store, tenantId: string) {
  return store.read
    .selectFrom('settings')
    .select('document')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
}

function shadowPolicy(document: JsonObject): TenantSnapshot['shadowPolicy'] {
  const policy: Partial<Record<RiskTier, ShadowAction>> = {};
  for (const tier of TIERS) {
    const action = ACTIONS.find((known) => known === ownMember(document, tier));
    if (action !== undefined) policy[tier] = action;
  }
  return policy;
}

function riskOverrides(document: JsonObject): Readonly<Record<string, RiskTier>> {
  return Object.fromEntries(
    Object.entries(document).flatMap(([tool, value]) => {
      const tier = TIERS.find((known) => known === value);
      return tier === undefined ? [] : [[tool, tier]];
    }),
  );
}

function intents(document: JsonObject): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(document).map(([intent, tools]) => [intent, textList(tools)]));
}
