import type { Schema, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { CedarLibrary } from './library.js';

/**
 * The Cedar schema policies are checked against; published unchanged as `docs/policy-schema.cedarschema`.
 * Actions of single tools are added to it for each tool a policy names.
 */
export const CEDAR_SCHEMA = `// Cedar schema of thothctl policy bundles. Every attribute is always present; absent text is "".
namespace Thoth {
  entity Fleet;

  entity Agent in [Fleet] = {
    id: String,
    tenant_id: String,
    user_id: String,
  };

  entity Tool = {
    name: String,
    action_class: String,
  };

  type Context = {
    principal_id: String,
    user_id: String,
    // "tool_call:<tool>"
    action: String,
    tool: String,
    // read, write, delete, execute or payment
    action_class: String,
    purpose: String,
    // public, internal, confidential, restricted; sensitivity_level is its rank, 0 to 3
    sensitivity_label: String,
    sensitivity_level: Long,
    task_id: String,
    // 0 to 1: context.behavioral_score.greaterThanOrEqual(decimal("0.8"))
    behavioral_score: __cedar::decimal,
    // the same, 0 to 100: context.behavioral_score_percent >= 80
    behavioral_score_percent: Long,
    environment: String,
    enforcement_mode: String,
    session_intent: String,
    session_id: String,
    fleet_id: String,
    endpoint_id: String,
    session_requests: Long,
    session_violations: Long,
    calls_of_this_tool: Long,
    time: __cedar::datetime,
    hour_utc: Long,
    weekday_utc: String,
    // args is less than what the tool will get
    args_truncated: Bool,
    // What the caller sent, untyped: guard each attribute with "has".
    args: {},
    task: {},
    policy: {},
  };

  // Groups: use "action in", never "action ==". The action of a call is "tool_call:<tool>".
  action "tool_call";
  action "read" in ["tool_call"];
  action "write" in ["tool_call"];
  action "delete" in ["tool_call"];
  action "execute" in ["tool_call"];
  action "payment" in ["tool_call"];

  action "tool_call:*" in ["tool_call", "read", "write", "delete", "execute", "payment"] appliesTo {
    principal: Agent,
    resource: Tool,
    context: Context,
  };
}
`;

/** Members of the context whose attributes the caller chooses. */
export const UNTYPED_CONTEXT: readonly string[] = ['args', 'task', 'policy'];

let parsed: SchemaJson<string> | undefined;

/**
 * The schema with an action for each tool named (ids with their `tool_call:` prefix). As JSON: the engine parses the
 * schema anew for every check, and JSON takes it half the time of text, which a push of a thousand policies notices.
 */
export function schemaWithActions(cedar: CedarLibrary, actionIds: readonly string[]): Schema {
  if (parsed === undefined) {
    const answer = cedar.schemaToJson(CEDAR_SCHEMA);
    if (answer.type === 'failure') return CEDAR_SCHEMA;
    parsed = answer.json;
  }
  const thoth = parsed['Thoth'];
  const anyTool = thoth?.actions['tool_call:*'];
  if (thoth === undefined || anyTool === undefined) return CEDAR_SCHEMA;
  const named = Object.fromEntries(actionIds.map((id) => [id, anyTool]));
  return { ...parsed, Thoth: { ...thoth, actions: { ...named, ...thoth.actions } } };
}
