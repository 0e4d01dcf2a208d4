import { randomUUID } from 'node:crypto';
import type { McpCatalogVerifyRequest, McpCatalogVerifyResult } from '../../contract/govapi/types.js';
import { bundlesFor } from '../../engine/assignment.js';
import { decide } from '../../engine/decide.js';
import { packsFor } from '../../engine/packs/judge.js';
import type { DecisionWord, EngineRequest, TenantSnapshot } from '../../engine/types.js';
import type { ServerContext } from '../context.js';
import { HttpError } from '../http/port.js';
import { instant } from '../tenants/json-documents.js';
import { knownTools, type KnownTool } from './known-tools.js';

/** Each tool is a decision; an answer must come well within a client's patience. */
const MOST_TOOLS = 1000;
const SEEDS = ['principal', 'human_role', 'human_principal', 'human_groups', 'auth_context'] as const;
const FRESH_SESSION = { requests: 0, violations: 0, callsOfThisTool: 0 };

/** What the principal may call: every tool the tenant knows, decided as `/v1/enforce` would at the first call of a session. */
export async function verifyCatalog(
  context: ServerContext,
  tenantId: string,
  seeds: McpCatalogVerifyRequest,
  env: string | undefined,
): Promise<McpCatalogVerifyResult> {
  if (!SEEDS.some((seed) => seeds[seed] !== undefined)) {
    throw new HttpError(400, 'invalid_request', `the body needs one of ${SEEDS.join(', ')}`);
  }
  const snapshot = context.tenants.snapshot(tenantId);
  if (snapshot === undefined) throw new HttpError(404, 'not_found', 'the tenant is not known here');
  const environment = env?.trim().toLowerCase() || 'prod';
  const now = instant(context.clock.now());
  const identity = requestOf(tenantId, seeds, environment, now);
  const bundles = bundlesFor(snapshot, identity.agentId);
  const tools = await knownTools(context, snapshot);

  const words = new Map<string, DecisionWord>();
  for (const tool of tools.slice(0, MOST_TOOLS)) {
    const request = forTool(identity, tool);
    const verdicts = await context.evaluator.evaluate(request, bundles, FRESH_SESSION);
    words.set(tool.name, decide(request, snapshot, FRESH_SESSION, verdicts).decision);
  }
  const decided = (...wanted: readonly DecisionWord[]): string[] =>
    [...words].filter(([, word]) => wanted.includes(word)).map(([name]) => name);

  const matched = matchedPolicies(snapshot, identity.agentId, environment);
  return {
    policy_count: matched.length,
    matched_policies: matched,
    allowed_tools: decided('ALLOW', 'MODIFY'),
    blocked_tools: decided('BLOCK', 'DEFER'),
    step_up_tools: decided('STEP_UP'),
    truncated: tools.length > MOST_TOOLS,
    principal: seeds.principal ?? seeds.human_principal ?? null,
    environment,
    verified_at: now,
  };
}

/** Bundles and packs that bind the principal; watched bundles decide nothing. */
function matchedPolicies(snapshot: TenantSnapshot, agentId: string, environment: string): object[] {
  const bundles = bundlesFor(snapshot, agentId).filter((bundle) => bundle.binding);
  return [
    ...bundles.map(({ id, name, version, framework, assignments }) => ({
      id,
      name,
      version,
      framework,
      assignments,
    })),
    ...packsFor(snapshot, agentId, environment).map(({ packId, ruleVersion }) => ({
      pack_id: packId,
      rule_version: ruleVersion,
    })),
  ];
}

/** `agent:ops` and a bare id are agents; any other kind of principal is somebody who acts without one. */
function requestOf(
  tenantId: string,
  seeds: McpCatalogVerifyRequest,
  environment: string,
  receivedAt: string,
): EngineRequest {
  const principal = seeds.principal?.trim() ?? '';
  const [, kind, name = ''] = /^(?:([a-z_]+):)?(.*)$/s.exec(principal) ?? [];
  const isAgent = kind === undefined || kind === 'agent';
  return {
    tenantId,
    agentId: isAgent ? name : '',
    userId: seeds.human_principal ?? (isAgent ? '' : name),
    toolName: '',
    toolArgs: undefined,
    sessionId: randomUUID(),
    sessionToolCalls: [],
    approvedScope: [],
    mode: 'block',
    environment,
    sessionIntent: undefined,
    purpose: undefined,
    dataClassification: undefined,
    taskContext: undefined,
    identityBinding: {
      ...seeds.auth_context,
      ...(seeds.human_role !== undefined && { human_role: seeds.human_role }),
      ...(seeds.human_principal !== undefined && { human_principal: seeds.human_principal }),
      ...(seeds.human_groups !== undefined && { human_groups: seeds.human_groups }),
    },
    metadata: undefined,
    callerAgentId: undefined,
    endpointId: undefined,
    fleetId: undefined,
    receivedAt,
  };
}

function forTool(identity: EngineRequest, { name, host }: KnownTool): EngineRequest {
  return {
    ...identity,
    toolName: name,
    sessionToolCalls: [name],
    metadata: host === undefined ? undefined : { mcp_host: host },
  };
}
