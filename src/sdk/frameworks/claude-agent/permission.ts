import { isJsonObject, type JsonObject } from '../../vocabulary.js';
import type { AgentCalls, AskedCall } from './calls.js';

/** The part of the agent's permission callback that this needs; the rest travels through unchanged. */
export type CanUseTool = (
  toolName: string,
  input: JsonObject,
  context: JsonObject,
) => Promise<PermissionResult>;

export type PermissionResult = JsonObject & { readonly behavior: 'allow' | 'deny' };

/** Leads from our callback back to the caller's. */
const CALLERS_OWN = Symbol.for('thothctl.sdk.claude-agent-callback');

export function callersOwn(value: unknown): CanUseTool | undefined {
  if (typeof value !== 'function') return undefined;
  if (!(CALLERS_OWN in value)) return value as CanUseTool;
  const own = value[CALLERS_OWN];
  return typeof own === 'function' ? (own as CanUseTool) : undefined;
}

/**
 * The policy first, then the caller's own callback with the input the policy left. What the caller changes is
 * checked again, as another call. Without a callback of the caller the policy alone answers.
 */
export function governedPermission(calls: AgentCalls, own: CanUseTool | undefined): CanUseTool {
  const canUseTool: CanUseTool = async (toolName, input, context) => {
    const call = askedCall(toolName, input, context);
    const verdict = await calls.decide(call);
    if (!verdict.allowed) return denied(verdict.message);
    if (own === undefined) {
      calls.started(call.id);
      return { behavior: 'allow', updatedInput: verdict.input };
    }
    const answer = await own(toolName, verdict.input, context);
    if (answer.behavior !== 'allow') {
      calls.deniedByCaller(call);
      return answer;
    }
    const chosen = isJsonObject(answer['updatedInput']) ? answer['updatedInput'] : verdict.input;
    const final = await calls.decide({ ...call, input: chosen });
    if (!final.allowed) return denied(final.message);
    calls.started(call.id);
    return { ...answer, updatedInput: final.input };
  };
  return Object.assign(canUseTool, { [CALLERS_OWN]: own });
}

function askedCall(toolName: string, input: JsonObject, context: JsonObject | undefined): AskedCall {
  const { toolUseID: id, signal } = context ?? {};
  return {
    toolName,
    input,
    id: typeof id === 'string' ? id : undefined,
    signal: signal instanceof AbortSignal ? signal : undefined,
  };
}

function denied(message: string): PermissionResult {
  return { behavior: 'deny', message };
}
