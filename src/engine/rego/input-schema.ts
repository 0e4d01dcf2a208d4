const text = { type: 'string' };
const whole = { type: 'integer' };
const anything = { type: 'object', additionalProperties: true };

function closed(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { type: 'object', properties, additionalProperties: false };
}

/**
 * JSON schema of `PolicyInput`, against which OPA checks every reference: a misspelt member is an error at
 * push time instead of a rule that never holds.
 */
export const INPUT_SCHEMA = closed({
  principal: closed({
    id: text,
    type: text,
    tenant_id: text,
    user_id: text,
    fleet_id: text,
    endpoint_id: text,
    identity: anything,
  }),
  action: text,
  tool: closed({ name: text, args: anything, args_truncated: { type: 'boolean' }, action_class: text }),
  context: closed({
    purpose: text,
    sensitivity_label: text,
    sensitivity_level: whole,
    task_id: text,
    environment: text,
    enforcement_mode: text,
    session_intent: text,
    time: text,
    hour_utc: whole,
    weekday_utc: text,
    task: anything,
    policy: anything,
  }),
  session: closed({
    id: text,
    requests: whole,
    violations: whole,
    calls_of_this_tool: whole,
    tool_calls: { type: 'array', items: text },
  }),
  moses_metrics: closed({ behavioral_score: { type: 'number' } }),
});
