import type { CallResult } from './call.js';
import type { EnforcementDecision } from './decision/read.js';
import { EVENT_LABELS } from './events/event.js';
import { projectArguments, projectDecision } from './events/projection.js';
import type { Refusal } from './refusal.js';
import type { SessionState } from './session-state.js';
import type { DecisionType, JsonObject } from './vocabulary.js';

/** What took effect for a call that ran. */
export interface Effect {
  readonly authorization: DecisionType;
  /** Observe mode: what would have been decided. */
  readonly shadow?: DecisionType;
  readonly decision?: Partial<EnforcementDecision>;
  readonly failOpen?: boolean;
}

/** PRE, BLOCK and POST events of one governed call. Building them never throws and never waits. */
export class CallEvents {
  constructor(
    private readonly session: SessionState,
    private readonly toolName: string,
    private readonly attestationId: string,
    private readonly toolArgs: JsonObject | undefined,
  ) {}

  pre(history: readonly string[]): void {
    this.session.emit(() => ({
      type: 'TOOL_CALL_PRE',
      toolName: this.toolName,
      content: EVENT_LABELS.pre,
      history,
      metadata: this.#metadata('pre'),
    }));
  }

  block(why: Refusal, history: readonly string[]): void {
    const { telemetry } = this.session.config;
    this.session.emit(() => ({
      type: 'TOOL_CALL_BLOCK',
      toolName: this.toolName,
      content: EVENT_LABELS.block,
      history,
      violationId: why.decision?.violationId,
      metadata: this.#metadata('block', projectDecision(why.decision, telemetry), {
        authorization_decision: why.source === 'deferred' ? 'DEFER' : 'BLOCK',
        decision_reason_code: why.code ?? why.decision?.decisionReasonCode ?? 'policy',
        source: why.source,
        ...(telemetry === 'full' ? { reason: why.reason } : {}),
      }),
    }));
  }

  post(
    effect: Effect | Promise<Effect>,
    result: CallResult,
    durationMs: number,
    history: readonly string[],
  ): void {
    const emit = (known: Effect): void => this.#post(known, result, durationMs, history);
    if (effect instanceof Promise) this.session.track(effect.then(emit));
    else emit(effect);
  }

  #post(effect: Effect, result: CallResult, durationMs: number, history: readonly string[]): void {
    this.session.emit(() => ({
      type: 'TOOL_CALL_POST',
      toolName: this.toolName,
      content: EVENT_LABELS.post,
      history,
      violationId: effect.decision?.violationId,
      metadata: this.#metadata('post', projectDecision(effect.decision, this.session.config.telemetry), {
        authorization_decision: effect.authorization,
        outcome: result.outcome,
        duration_ms: Math.round(durationMs * 1000) / 1000,
        ...(effect.shadow === undefined ? {} : { shadow_decision: effect.shadow }),
        ...(effect.authorization === 'MODIFY' ? { arguments_modified: true } : {}),
        ...(effect.failOpen === true ? { fail_open: true } : {}),
        ...(result.resultType === undefined ? {} : { result_type: result.resultType }),
        ...(result.resultSizeBytes === undefined ? {} : { result_size_bytes: result.resultSizeBytes }),
        ...(result.errorName === undefined ? {} : { error_class: result.errorName }),
      }),
    }));
  }

  #metadata(
    phase: 'pre' | 'post' | 'block',
    decision: JsonObject = {},
    outcome: JsonObject = {},
  ): JsonObject {
    const call = { event_phase: phase, action_attestation_id: this.attestationId };
    return Object.assign(
      call,
      projectArguments(this.toolArgs, this.session.config.telemetry),
      decision,
      outcome,
    );
  }
}
