import { randomUUID } from 'node:crypto';
import { bundlesFor } from '../../engine/assignment.js';
import type { BundleSource, Decision, EngineRequest, TenantSnapshot } from '../../engine/types.js';
import type { DesiredBundle } from '../bundle.js';
import { policyEngine } from '../engine.js';

export interface CheckedAgent {
  readonly agentId: string;
  /** Undefined: every tool found counts as approved, and the policy alone decides. */
  readonly approvedScope: readonly string[] | undefined;
  readonly environment: string;
}

/** Decides on each tool as the server would, with the real engines. Arguments are not known, so there are none. */
export async function evaluateTools(
  names: readonly string[],
  bundles: readonly DesiredBundle[],
  agent: CheckedAgent,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Decision>> {
  const [{ decide }, { createEvaluator }] = await Promise.all([
    policyEngine(),
    import('../../engine/pool/index.js'),
  ]);
  const snapshot = snapshotOf(bundles);
  const session = { requests: 0, violations: 0, callsOfThisTool: 0 };
  const evaluator = createEvaluator({ budgetMs: 5000 });
  try {
    const decisions = new Map<string, Decision>();
    for (const name of names) {
      signal?.throwIfAborted();
      const request = requestFor(name, agent, agent.approvedScope ?? names);
      const verdicts = await evaluator.evaluate(request, bundlesFor(snapshot, agent.agentId), session);
      decisions.set(name, decide(request, snapshot, session, verdicts));
    }
    return decisions;
  } finally {
    await evaluator.close();
  }
}

function requestFor(toolName: string, agent: CheckedAgent, approvedScope: readonly string[]): EngineRequest {
  return {
    tenantId: 'local',
    agentId: agent.agentId,
    userId: 'system',
    toolName,
    toolArgs: undefined,
    sessionId: randomUUID(),
    sessionToolCalls: [toolName],
    approvedScope,
    mode: 'block',
    environment: agent.environment,
    sessionIntent: undefined,
    purpose: undefined,
    dataClassification: undefined,
    taskContext: undefined,
    identityBinding: undefined,
    metadata: undefined,
    endpointId: undefined,
    fleetId: undefined,
    receivedAt: new Date().toISOString(),
  };
}

function snapshotOf(bundles: readonly DesiredBundle[]): TenantSnapshot {
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
    intents: new Map(),
    bundles: sources.filter((_, index) => bundles[index]?.status !== 'paused'),
    regulatoryRegimes: [],
  };
}
