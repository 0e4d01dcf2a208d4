import type { RiskTier, ShadowAction, TenantSnapshot } from '../../engine/types.js';
import type { Store } from '../store/port.js';
import { effectiveRegimes } from './compliance-profiles.js';
import { loadedBundles } from './effective-bundles.js';
import { objectMember, ownMember, parseDocument, textList, type JsonObject } from './json-documents.js';

const TIERS: readonly RiskTier[] = ['low', 'medium', 'high', 'critical'];
const ACTIONS: readonly ShadowAction[] = ['allow', 'step_up', 'block'];

/** Reads everything a decision of this tenant depends on; undefined for an unknown tenant. */
export async function readSnapshot(
  store: Store,
  tenantId: string,
  revision: number,
): Promise<TenantSnapshot | undefined> {
  const [tenant, settings, bundles, agents] = await Promise.all([
    store.read.selectFrom('tenants').select('tenant_id').where('tenant_id', '=', tenantId).executeTakeFirst(),
    store.read.selectFrom('settings').select('document').where('tenant_id', '=', tenantId).executeTakeFirst(),
    store.read
      .selectFrom('policy_bundles')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('deleted_at', 'is', null)
      .execute(),
    store.read.selectFrom('agents').selectAll().where('tenant_id', '=', tenantId).execute(),
  ]);
  if (tenant === undefined) return undefined;

  const document = parseDocument(settings?.document ?? '{}');
  const versions = bundles.map((row) => ({
    id: row.id,
    name: row.name,
    version: row.version,
    framework: row.framework === 'CEDAR' ? ('CEDAR' as const) : ('OPA' as const),
    rawPolicy: row.raw_policy,
    policyHash: row.policy_hash,
    assignments: textList(JSON.parse(row.assignments)),
    evaluable: row.evaluable === 1,
    status: row.status,
    enforcementMode: row.enforcement_mode,
  }));

  return {
    tenantId,
    revision,
    shadowPolicy: shadowPolicy(objectMember(document, 'shadow_policy')),
    toolRiskOverrides: riskOverrides(objectMember(document, 'tool_risk_overrides')),
    agentScopes: new Map(agents.map((row) => [row.agent_id, textList(JSON.parse(row.approved_scope))])),
    intents: intents(objectMember(document, 'session_intents')),
    bundles: loadedBundles(versions).map(({ bundle, binding }) => {
      const { status: _status, enforcementMode: _mode, ...source } = bundle;
      return { ...source, binding };
    }),
    regulatoryRegimes: effectiveRegimes(document),
  };
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
