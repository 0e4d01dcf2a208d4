import { classifyTool } from '../action-class.js';
import { sensitivityRank } from '../sensitivity.js';
import { actionOf } from '../tool-name.js';
import type { ActionClass, EnforcementMode, EngineRequest, JsonObject, SessionFacts } from '../types.js';
import { behavioralScore } from './behavioral-score.js';
import { isJsonObject } from '../json-object.js';

/** The document policies decide from; described member by member in `docs/policy-input.md`. Absent text is ''. */
export interface PolicyInput {
  readonly principal: {
    readonly id: string;
    readonly type: 'agent';
    readonly tenant_id: string;
    readonly user_id: string;
    readonly fleet_id: string;
    readonly endpoint_id: string;
    readonly identity: JsonObject;
  };
  /** `tool_call:<name>`. */
  readonly action: string;
  readonly tool: {
    readonly name: string;
    readonly args: JsonObject;
    /** The caller says that `args` is less than what the tool will get: too deep or too long to be sent whole. */
    readonly args_truncated: boolean;
    readonly action_class: ActionClass;
  };
  readonly context: {
    readonly purpose: string;
    readonly sensitivity_label: string;
    readonly sensitivity_level: number;
    readonly task_id: string;
    readonly environment: string;
    readonly enforcement_mode: EnforcementMode;
    readonly session_intent: string;
    /** RFC 3339 UTC with milliseconds; the server's clock. */
    readonly time: string;
    readonly hour_utc: number;
    readonly weekday_utc: string;
    /** What the caller said about its task and policy context: untyped, and the caller's word only. */
    readonly task: JsonObject;
    readonly policy: JsonObject;
  };
  readonly session: {
    readonly id: string;
    readonly requests: number;
    readonly violations: number;
    readonly calls_of_this_tool: number;
    readonly tool_calls: readonly string[];
  };
  readonly moses_metrics: { readonly behavioral_score: number };
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const NO_FACTS: SessionFacts = { requests: 0, violations: 0, callsOfThisTool: 0 };

/** Pure: the same request and session always give the same document. */
export function buildPolicyInput(request: EngineRequest, session: SessionFacts = NO_FACTS): PolicyInput {
  const label = (request.dataClassification ?? '').trim().toLowerCase();
  const instant = new Date(request.receivedAt);
  const at = Number.isNaN(instant.getTime()) ? new Date(0) : instant;
  // In the order of the canonical form, which is made of every input: sorted, it needs no sorting.
  return {
    action: actionOf(request.toolName),
    context: {
      enforcement_mode: request.mode,
      environment: request.environment,
      hour_utc: at.getUTCHours(),
      policy: objectMember(request.metadata, 'policy_context'),
      purpose: request.purpose ?? '',
      sensitivity_label: label,
      sensitivity_level: sensitivityRank(label),
      session_intent: request.sessionIntent ?? '',
      task: request.taskContext ?? {},
      task_id: textMember(request.taskContext, 'task_id'),
      time: at.toISOString(),
      weekday_utc: WEEKDAYS[at.getUTCDay()] ?? '',
    },
    moses_metrics: { behavioral_score: behavioralScore(request, session) },
    principal: {
      endpoint_id: request.endpointId ?? '',
      fleet_id: request.fleetId ?? '',
      id: request.agentId,
      identity: request.identityBinding ?? {},
      tenant_id: request.tenantId,
      type: 'agent',
      user_id: request.userId,
    },
    session: {
      calls_of_this_tool: session.callsOfThisTool,
      id: request.sessionId,
      requests: session.requests,
      tool_calls: request.sessionToolCalls,
      violations: session.violations,
    },
    tool: {
      action_class: classifyTool(request.toolName),
      args: request.toolArgs ?? {},
      args_truncated: request.metadata?.['tool_args_truncated'] === true,
      name: request.toolName,
    },
  };
}

function textMember(source: JsonObject | undefined, key: string): string {
  const value = source?.[key];
  return typeof value === 'string' ? value : '';
}

function objectMember(source: JsonObject | undefined, key: string): JsonObject {
  const value = source?.[key];
  return isJsonObject(value) ? value : {};
}
