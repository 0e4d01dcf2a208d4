import { randomUUID } from 'node:crypto';
import type { Decision, EngineRequest } from '../../engine/types.js';
import type { DesiredBundle } from '../bundle.js';
import { openPolicy } from '../evaluate/local.js';

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
  const policy = await openPolicy(bundles, 'the agent was not checked', signal);
  try {
    const decisions = new Map<string, Decision>();
    const session = { requests: 0, violations: 0, callsOfThisTool: 0 };
    for (const name of names) {
      const request = requestFor(name, agent, agent.approvedScope ?? names);
      decisions.set(name, (await policy.evaluate(request, session)).decision);
    }
    return decisions;
  } finally {
    await policy.close();
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
    callerAgentId: undefined,
    endpointId: undefined,
    fleetId: undefined,
    receivedAt: new Date().toISOString(),
  };
}
