import type { CedarValueJson, Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyInput } from '../input/build.js';
import type { Mentions } from './mentions.js';
import { cedarDecimal, toCedarValue } from './values.js';

export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Context;
  readonly entities: EntityJson[];
}

const CONTEXT: Readonly<Record<string, (input: PolicyInput) => CedarValueJson>> = {
  principal_id: (input) => input.principal.id,
  user_id: (input) => input.principal.user_id,
  action: (input) => input.action,
  tool: (input) => input.tool.name,
  action_class: (input) => input.tool.action_class,
  purpose: (input) => input.context.purpose,
  sensitivity_label: (input) => input.context.sensitivity_label,
  sensitivity_level: (input) => input.context.sensitivity_level,
  task_id: (input) => input.context.task_id,
  behavioral_score: (input) => cedarDecimal(input.moses_metrics.behavioral_score),
  behavioral_score_percent: (input) => Math.floor(input.moses_metrics.behavioral_score * 100 + 1e-9),
  environment: (input) => input.context.environment,
  enforcement_mode: (input) => input.context.enforcement_mode,
  session_intent: (input) => input.context.session_intent,
  session_id: (input) => input.session.id,
  fleet_id: (input) => input.principal.fleet_id,
  endpoint_id: (input) => input.principal.endpoint_id,
  session_requests: (input) => input.session.requests,
  session_violations: (input) => input.session.violations,
  calls_of_this_tool: (input) => input.session.calls_of_this_tool,
  time: (input) => ({ __extn: { fn: 'datetime', arg: input.context.time } }),
  hour_utc: (input) => input.context.hour_utc,
  weekday_utc: (input) => input.context.weekday_utc,
  args_truncated: (input) => input.tool.args_truncated,
  args: (input) => toCedarValue(input.tool.args),
  task: (input) => toCedarValue(input.context.task),
  policy: (input) => toCedarValue(input.context.policy),
};

/** Names of all context attributes, in schema order. */
export const CONTEXT_ATTRIBUTES: readonly string[] = Object.keys(CONTEXT);

/**
 * The authorization request of a call, holding only what the policies mention: handing a value to the
 * WebAssembly engine costs more than evaluating a policy on it.
 */
export function cedarRequest(input: PolicyInput, mentions: Mentions): CedarRequest {
  const context: Record<string, CedarValueJson> = {};
  for (const name of CONTEXT_ATTRIBUTES) {
    if (mentions.context === undefined || mentions.context.has(name))
      context[name] = CONTEXT[name]?.(input) ?? '';
  }
  const principal = { type: 'Thoth::Agent', id: input.principal.id };
  const action = { type: 'Thoth::Action', id: input.action };
  const resource = { type: 'Thoth::Tool', id: input.tool.name };
  const entities: EntityJson[] = [];
  if (mentions.attributes || input.principal.fleet_id !== '') {
    const { id, tenant_id, user_id, fleet_id } = input.principal;
    entities.push({
      uid: principal,
      attrs: { id, tenant_id, user_id },
      parents: fleet_id === '' ? [] : [{ type: 'Thoth::Fleet', id: fleet_id }],
    });
  }
  if (mentions.attributes)
    entities.push({
      uid: resource,
      attrs: { name: input.tool.name, action_class: input.tool.action_class },
      parents: [],
    });
  if (mentions.actions.size > 0) {
    const groups = ['tool_call', input.tool.action_class].filter((id) => mentions.actions.has(id));
    if (groups.length > 0)
      entities.push({ uid: action, attrs: {}, parents: groups.map((id) => ({ type: 'Thoth::Action', id })) });
  }
  return { principal, action, resource, context, entities };
}
