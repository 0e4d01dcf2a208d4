import type { ResolvedConfig } from '../../sdk/config/options.js';
import type { Session } from '../../sdk/session.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';

/** Stands in a scope that must approve nothing; an empty list would mean the scope kept on the server. */
const NOTHING_APPROVED = '(nothing approved)';

/** Members of a check that are the child's to say. All others are the run's, or dropped. */
const CHILD_MEMBERS = [
  'request_id',
  'occurred_at',
  'tool_name',
  'tool_args',
  'session_tool_calls',
  'session_intent',
  'purpose',
  'data_classification',
  'task_context',
  'action_attestation_id',
  'model_name',
  'model_provider',
  'model_artifact_id',
  'model_artifact_version',
] as const;

/** A check of the child under the identity of the run. Undefined when it names no tool. */
export function underRunIdentity(body: JsonObject, session: Session): JsonObject | undefined {
  const toolName = body['tool_name'];
  if (typeof toolName !== 'string' || toolName.trim() === '' || toolName === NOTHING_APPROVED)
    return undefined;
  const { config } = session;
  const kept = Object.fromEntries(
    CHILD_MEMBERS.filter((name) => body[name] !== undefined && body[name] !== null).map((name) => [
      name,
      body[name],
    ]),
  );
  return {
    session_tool_calls: [toolName],
    ...kept,
    ...identityMembers(config, session.sessionId),
    approved_scope: approvedScope(body['approved_scope'], config.approvedScope),
    metadata: seenByChild(body['metadata'], session.lineage),
    environment: config.environment,
    enforcement_trace_id: config.enforcementTraceId ?? session.sessionId,
    identity_binding: config.identityBinding,
    // What the run declares wins; an intent can only narrow, so the child may add one where there is none.
    ...(config.sessionIntent === undefined ? {} : { session_intent: config.sessionIntent }),
    ...(config.purpose === undefined ? {} : { purpose: config.purpose }),
    ...(config.dataClassification === undefined ? {} : { data_classification: config.dataClassification }),
  };
}

/**
 * The child may be an agent, or a run of its own inside this one: its surface is its word. The lineage is not; a child
 * would leave out what speaks against it.
 */
function seenByChild(metadata: unknown, lineage: JsonObject): JsonObject {
  const { surface, ...told } = isJsonObject(metadata) ? metadata : {};
  const named =
    typeof told['tool_call_id'] === 'string' ? { surface: surface === 'mcp' ? 'mcp' : 'sdk' } : {};
  return { ...told, ...named, ...lineage };
}

function identityMembers(config: ResolvedConfig, sessionId: string): JsonObject {
  return {
    tenant_id: config.tenantId,
    agent_id: config.agentId,
    user_id: config.userId,
    session_id: sessionId,
    enforcement_mode: config.enforcement,
  };
}

/**
 * The child can narrow the scope of the run, never widen it. Without a scope of the run the list stays empty
 * and the one registered on the server applies.
 */
function approvedScope(asked: unknown, granted: readonly string[]): readonly string[] {
  if (granted.length === 0) return [];
  if (!Array.isArray(asked) || asked.length === 0) return granted;
  const both = granted.filter((tool) => asked.includes(tool));
  return both.length === 0 ? [NOTHING_APPROVED] : both;
}

/** An event of the child under the identity of the run. Both key styles arrive; one leaves. */
export function eventUnderRunIdentity(event: JsonObject, session: Session): JsonObject {
  const snake = Object.entries(event).map(([name, value]): [string, unknown] => [snakeCase(name), value]);
  return { ...Object.fromEntries(snake), ...identityMembers(session.config, session.sessionId) };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The events of a batch body, bare array or wrapper; undefined when it is neither. */
export function eventsOf(body: unknown): JsonObject[] | undefined {
  const list = isJsonObject(body) ? body['events'] : body;
  return Array.isArray(list) && list.every(isJsonObject) ? list : undefined;
}
