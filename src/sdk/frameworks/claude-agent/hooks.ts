import { isJsonObject, type JsonObject } from '../../vocabulary.js';
import type { AgentCalls, AskedCall } from './calls.js';
import { governedPermission, type CanUseTool, type PermissionResult } from './permission.js';

type HookCallback = (
  input: unknown,
  toolUseId: string | undefined,
  context: { readonly signal: AbortSignal },
) => Promise<unknown>;

export interface HookMatcher {
  readonly matcher?: string;
  readonly hooks: readonly HookCallback[];
  /** Seconds. */
  readonly timeout?: number;
}

/** Marks matchers of ours, so that governing the same options again replaces them. */
const OURS = Symbol.for('thothctl.sdk.claude-agent-hooks');
const CALLERS = Symbol.for('thothctl.sdk.claude-agent-callers-hook');

/**
 * Before a tool: refuse, change, or say nothing, so that the agent's own permission rules still stand. A change
 * is only sure to take when it comes with `allow`, which skips the permission callback; the caller's own is
 * therefore asked here.
 */
export function beforeTool(calls: AgentCalls, own: CanUseTool | undefined): HookMatcher {
  const hook: HookCallback = async (input, toolUseId, context) => {
    const call = readCall(input, toolUseId, context);
    if (call === undefined) return deny(UNREADABLE);
    const verdict = await calls.decide(call);
    if (!verdict.allowed) return deny(verdict.message);
    if (verdict.modified) {
      const answer = await permission(calls, own, call, context);
      return answer.behavior === 'allow'
        ? decision({ permissionDecision: 'allow', updatedInput: answer['updatedInput'] })
        : deny(String(answer['message'] ?? 'denied'));
    }
    if (own === undefined) calls.started(call.id);
    return {};
  };
  // The agent runs a tool whose hook is late. Ours must outlast the longest wait for an approver.
  const { stepUpTimeoutMs, enforceTimeoutMs } = calls.session.config;
  const timeout = Math.ceil((stepUpTimeoutMs + enforceTimeoutMs) / 1000) + 30;
  return mark({ hooks: [hook], timeout });
}

async function permission(
  calls: AgentCalls,
  own: CanUseTool | undefined,
  call: AskedCall,
  context: { readonly signal: AbortSignal },
): Promise<PermissionResult> {
  try {
    const asked = { ...context, toolUseID: call.id };
    return await governedPermission(calls, own)(call.toolName, call.input, asked);
  } catch {
    return { behavior: 'deny', message: 'the permission callback of the program failed' };
  }
}

export function afterTool(calls: AgentCalls, outcome: 'success' | 'failure'): HookMatcher {
  const hook: HookCallback = async (input, toolUseId) => {
    const id = idOf(input, toolUseId);
    if (id !== undefined && isJsonObject(input)) {
      calls.finished(id, outcome === 'failure' ? { failed: true } : { response: input['tool_response'] });
    }
    return {};
  };
  return mark({ hooks: [hook] });
}

/** The caller's own matchers, ours of an earlier time left out. */
export function callersMatchers(value: unknown): HookMatcher[] {
  return Array.isArray(value) ? value.filter((each) => isMatcher(each) && !(OURS in each)) : [];
}

/** A hook of the caller may change the input beside our check: what it makes of it is checked as well. */
export function checked(calls: AgentCalls, matcher: HookMatcher): HookMatcher {
  return { ...matcher, hooks: matcher.hooks.map((hook) => checkedHook(calls, originalHook(hook))) };
}

function checkedHook(calls: AgentCalls, hook: HookCallback): HookCallback {
  const governed: HookCallback = async (input, toolUseId, context) => {
    const answer = await hook(input, toolUseId, context);
    const output = isJsonObject(answer) ? answer['hookSpecificOutput'] : undefined;
    if (!isJsonObject(answer) || !isJsonObject(output) || output['permissionDecision'] === 'deny')
      return answer;
    if (output['updatedInput'] === undefined) return answer;
    const call = readCall(input, toolUseId, context);
    if (call === undefined || !isJsonObject(output['updatedInput'])) return deny(UNREADABLE);
    const verdict = await calls.decide({ ...call, input: output['updatedInput'] });
    if (!verdict.allowed) return deny(verdict.message);
    return { ...answer, hookSpecificOutput: { ...output, updatedInput: verdict.input } };
  };
  return Object.assign(governed, { [CALLERS]: hook });
}

function originalHook(hook: HookCallback): HookCallback {
  const original: unknown = Reflect.get(hook, CALLERS);
  return typeof original === 'function' ? (original as HookCallback) : hook;
}

const UNREADABLE = 'Thoth could not read the tool call';

function deny(reason: string): JsonObject {
  return decision({ permissionDecision: 'deny', permissionDecisionReason: reason });
}

function decision(output: JsonObject): JsonObject {
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', ...output } };
}

function readCall(
  input: unknown,
  toolUseId: string | undefined,
  context: { readonly signal: AbortSignal } | undefined,
): AskedCall | undefined {
  if (!isJsonObject(input)) return undefined;
  const { tool_name: toolName, tool_input: toolInput } = input;
  if (typeof toolName !== 'string' || toolName === '' || !isJsonObject(toolInput)) return undefined;
  return { toolName, input: toolInput, id: idOf(input, toolUseId), signal: context?.signal };
}

function idOf(input: unknown, toolUseId: string | undefined): string | undefined {
  const id = isJsonObject(input) ? input['tool_use_id'] : undefined;
  return typeof id === 'string' ? id : toolUseId;
}

function isMatcher(value: unknown): value is HookMatcher {
  return isJsonObject(value) && Array.isArray(value['hooks']);
}

function mark(matcher: HookMatcher): HookMatcher {
  return Object.defineProperty({ ...matcher }, OURS, { value: true });
}
