import { randomUUID } from 'node:crypto';
import type { ResolvedConfig } from '../config/options.js';
import type { EventType, JsonObject } from '../vocabulary.js';
import { SDK_VERSION } from '../version.js';

/** A behavioural event as it travels: snake_case, fixed label as content. Source: SDK behaviour 8.2. */
export interface BehavioralEvent {
  readonly event_id: string;
  readonly [member: string]: unknown;
}

export const EVENT_LABELS = {
  pre: 'tool invocation requested',
  post: 'tool invocation completed',
  block: 'tool invocation blocked',
  sessionStart: 'thoth_sdk_session_start',
  sessionEnd: 'session_end',
  tokenSpend: 'llm_token_spend',
} as const;

const TTL_SECONDS = 90 * 24 * 3600;

export interface EventFacts {
  readonly type: EventType;
  readonly toolName: string;
  readonly content: string;
  readonly metadata: JsonObject;
  readonly history: readonly string[];
  readonly violationId?: string | undefined;
}

/**
 * What every event of one session shares; computed once per session, not per event. Objects of the hot path that begin
 * with others are put together by `Object.assign`: in Node 20 each member behind a spread takes ten times as long.
 */
export class EventTemplate {
  readonly #shared: JsonObject;
  readonly #metadata: JsonObject;
  readonly #tenant: string;

  constructor(config: ResolvedConfig, sessionId: string, traceId: string, lineage: JsonObject) {
    this.#tenant = config.tenantId;
    this.#shared = {
      tenant_id: config.tenantId,
      agent_id: config.agentId,
      session_id: sessionId,
      user_id: config.userId,
      approved_scope: config.approvedScope,
      enforcement_mode: config.enforcement,
    };
    this.#metadata = {
      sdk_language: 'typescript',
      sdk_version: SDK_VERSION,
      environment: config.environment,
      enforcement_trace_id: traceId,
      telemetry_capture: config.telemetry,
      ...lineage,
      ...(config.telemetry === 'minimal' ? {} : contextMembers(config)),
    };
  }

  /** The event of a moment, in milliseconds since 1970. */
  build(facts: EventFacts, at: number): BehavioralEvent {
    const own = {
      event_id: `${this.#tenant}:${randomUUID()}`,
      source_type: facts.type === 'LLM_INVOCATION' ? 'agent_llm_invocation' : 'agent_tool_call',
      event_type: facts.type,
      tool_name: facts.toolName,
      content: facts.content,
      metadata: Object.assign({}, this.#metadata, facts.metadata),
      session_tool_calls: facts.history,
      occurred_at: new Date(at).toISOString(),
      ttl: Math.floor(at / 1000) + TTL_SECONDS,
      // Left out of the text when there is none.
      violation_id: facts.violationId,
    };
    return Object.assign(own, this.#shared);
  }
}

function contextMembers(config: ResolvedConfig): JsonObject {
  return {
    ...(config.purpose === undefined ? {} : { purpose: config.purpose }),
    ...(config.dataClassification === undefined ? {} : { data_classification: config.dataClassification }),
    ...(config.telemetry === 'full' && config.taskContext !== undefined
      ? { task_context: config.taskContext }
      : {}),
  };
}
