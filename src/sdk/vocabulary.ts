/** Words of the wire contract that callers of the SDK also use. */

export const EnforcementMode = {
  OBSERVE: 'observe',
  STEP_UP: 'step_up',
  BLOCK: 'block',
  PROGRESSIVE: 'progressive',
} as const;
export type EnforcementMode = (typeof EnforcementMode)[keyof typeof EnforcementMode];

export const DecisionType = {
  ALLOW: 'ALLOW',
  BLOCK: 'BLOCK',
  STEP_UP: 'STEP_UP',
  MODIFY: 'MODIFY',
  DEFER: 'DEFER',
} as const;
export type DecisionType = (typeof DecisionType)[keyof typeof DecisionType];

export const EventType = {
  TOOL_CALL_PRE: 'TOOL_CALL_PRE',
  TOOL_CALL_POST: 'TOOL_CALL_POST',
  TOOL_CALL_BLOCK: 'TOOL_CALL_BLOCK',
  LLM_INVOCATION: 'LLM_INVOCATION',
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

export const SourceType = {
  AGENT_TOOL_CALL: 'agent_tool_call',
  AGENT_LLM_INVOCATION: 'agent_llm_invocation',
} as const;
export type SourceType = (typeof SourceType)[keyof typeof SourceType];

/** Who refused: lets a caller tell "policy said no" from "the enforcer was down" without reading text. */
export type RefusalSource =
  'policy' | 'step_up' | 'deferred' | 'enforcer_unavailable' | 'enforcer_rejected' | 'local_predicate';

export type JsonObject = { readonly [key: string]: unknown };

/** True for a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
