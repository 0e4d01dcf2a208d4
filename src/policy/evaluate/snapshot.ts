import { NO_MCP_CONTROL } from '../../engine/mcp/control.js';
import type { BundleSource, TenantSnapshot } from '../../engine/types.js';
import type { DesiredBundle } from '../bundle.js';

/** A tenant that has these bundles and nothing else: no scope, tiers, packs or exceptions of its own. */
export function snapshotOf(bundles: readonly DesiredBundle[]): TenantSnapshot {
  const sources = bundles.map((bundle, index): BundleSource => ({
    id: `${index}:${bundle.policyHash}`,
    name: bundle.name,
    version: 1,
    framework: bundle.framework,
    rawPolicy: bundle.rawPolicy,
    policyHash: bundle.policyHash,
    assignments: bundle.assignments,
    binding: bundle.mode === 'enforce',
    evaluable: true,
  }));
  return {
    tenantId: 'local',
    revision: 1,
    shadowPolicy: {},
    toolRiskOverrides: {},
    agentScopes: new Map(),
    quarantinedEndpoints: new Set(),
    intents: new Map(),
    bundles: sources.filter((_, index) => bundles[index]?.status !== 'paused'),
    regulatoryRegimes: [],
    mcpControl: NO_MCP_CONTROL,
    packs: { everyone: [], byAgent: new Map() },
    overrides: new Map(),
  };
}
