import { createHash } from 'node:crypto';
import { NO_PACKS } from '../../src/engine/packs/pack.js';
import type {
  BundleSource,
  BundleVerdict,
  EngineRequest,
  Framework,
  SessionFacts,
  TenantSnapshot,
} from '../../src/engine/types.js';
import { NO_MCP_CONTROL } from '../../src/engine/mcp/control.js';

export const NO_FACTS: SessionFacts = { requests: 0, violations: 0, callsOfThisTool: 0 };

export function request(over: Partial<EngineRequest> = {}): EngineRequest {
  return {
    tenantId: 'acme',
    agentId: 'support-bot',
    userId: 'system',
    toolName: 'search_docs',
    toolArgs: { query: 'retention' },
    sessionId: 's-1',
    sessionToolCalls: [],
    approvedScope: ['search_docs'],
    mode: 'block',
    environment: 'prod',
    sessionIntent: undefined,
    purpose: undefined,
    dataClassification: undefined,
    taskContext: undefined,
    identityBinding: undefined,
    metadata: undefined,
    callerAgentId: undefined,
    endpointId: undefined,
    fleetId: undefined,
    receivedAt: '2026-03-02T10:20:30.000Z',
    ...over,
  };
}

export function snapshot(over: Partial<TenantSnapshot> = {}): TenantSnapshot {
  return {
    tenantId: 'acme',
    revision: 1,
    shadowPolicy: {},
    toolRiskOverrides: {},
    agentScopes: new Map(),
    quarantinedEndpoints: new Set(),
    intents: new Map(),
    bundles: [],
    regulatoryRegimes: [],
    mcpControl: NO_MCP_CONTROL,
    packs: NO_PACKS,
    overrides: new Map(),
    ...over,
  };
}

export function bundle(
  framework: Framework,
  rawPolicy: string,
  over: Partial<BundleSource> = {},
): BundleSource {
  const policyHash = createHash('sha256').update(rawPolicy).digest('hex');
  return {
    id: `b-${policyHash.slice(0, 12)}`,
    name: 'guard',
    version: 1,
    framework,
    rawPolicy,
    policyHash,
    assignments: ['all'],
    binding: true,
    evaluable: true,
    ...over,
  };
}

export function verdict(over: Partial<BundleVerdict> = {}): BundleVerdict {
  return {
    bundleId: 'b-1',
    bundleName: 'guard',
    bundleVersion: 1,
    binding: true,
    outcome: 'NO_OPINION',
    ruleIds: [],
    reasonCode: undefined,
    reason: undefined,
    namesTool: false,
    ...over,
  };
}

/** In the manner of a data-loss starter pack: forbids by label and score, an approval for exports, a default permit. */
export const CEDAR_DLP = `// thoth_rule effect=BLOCK action_prefix=tool_call:upload min_sensitivity=restricted reason=Restricted_data_stays_inside
@id("restricted-outbound")
@reason("restricted data may not leave")
@reason_code("dlp_restricted")
forbid (principal, action, resource)
when { context.sensitivity_label == "restricted" && context.action like "tool_call:send*" };

@id("export-approval")
@thoth_effect("STEP_UP")
@timeout_seconds("600")
forbid (principal, action == Thoth::Action::"tool_call:export_records", resource);

@id("erratic-agent")
@thoth_effect("DEFER")
forbid (principal, action, resource)
when { context.behavioral_score.greaterThanOrEqual(decimal("0.8")) };

@id("base")
permit (principal, action in Thoth::Action::"tool_call", resource);
`;

export const REGO_ANALYST = `package thoth.analyst

import rego.v1

# thoth_rule effect=STEP_UP purpose=billing min_behavioral_score=0.5 reason=Billing_needs_a_calm_agent

readable := {"search_docs", "tool_call:read_ticket"}

default allow := false

allow if {
	input.principal.id == "support-bot"
	input.tool.name in readable
}

allow if input.action in readable

deny contains {"id": "no-restricted", "code": "label_restricted", "reason": msg} if {
	input.context.sensitivity_label == "restricted"
	msg := sprintf("%s may not see restricted data", [input.principal.id])
}

step_up contains "payments wait for a human" if input.tool.action_class == "payment"

modify := {"args": object.union(input.tool.args, {"limit": 10}), "reason": "at most ten rows"} if {
	input.tool.args.limit > 10
}
`;
