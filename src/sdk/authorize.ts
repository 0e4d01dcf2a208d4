import { randomUUID } from 'node:crypto';
import type { CallResult, GovernedCall, Permit } from './call.js';
import { checkBody, sendCheck, type CheckFailure, type CheckOutcome } from './check.js';
import { CallEvents, type Effect } from './call-events.js';
import type { EnforcementDecision } from './decision/read.js';
import { verifyReceipt } from './decision/receipt.js';
import { ThothStepUpRequired, type ThothPolicyViolation } from './errors.js';
import { explainerFor, type Explainer } from './explanation.js';
import { waitBudget, waitForHold } from './hold.js';
import { ownAnswer } from './own-answer.js';
import { logDecision } from './log-decision.js';
import { mapModifiedArguments } from './modify.js';
import { refusal, type Refusal } from './refusal.js';
import type { SessionState } from './session-state.js';
import type { JsonObject } from './vocabulary.js';
import { toWireArguments, type WireArguments } from './wire-args.js';
import { withdrawHold } from './withdrawal.js';

/**
 * Life of one governed call up to the moment the tool may run. Resolves with leave to run it, or throws the
 * refusal; the tool has then not been touched. Source: SDK behaviour 3 and 4.
 */
export async function authorize(session: SessionState, call: GovernedCall): Promise<Permit> {
  return new Authorization(session, call).run();
}

class Authorization {
  readonly #session: SessionState;
  readonly #call: GovernedCall;
  readonly #wire: WireArguments;
  readonly #attestationId: string;
  readonly #events: CallEvents;
  readonly #history: readonly string[];
  #explainer: Explainer | undefined;
  #joinedDecisionId: string | undefined;

  constructor(session: SessionState, call: GovernedCall) {
    this.#session = session;
    this.#call = call;
    this.#wire = toWireArguments(call.values);
    this.#attestationId = session.config.actionAttestationId ?? randomUUID();
    this.#history = session.historyWith(call.toolName);
    this.#events = new CallEvents(session, call.toolName, this.#attestationId, this.#wire.toolArgs);
  }

  async run(): Promise<Permit> {
    const { config, predicates } = this.#session.runtime;
    const hit = predicates.check(this.#call.toolName, config.sessionIntent);
    const observing = config.enforcement === 'observe';
    if (hit !== undefined) {
      this.#events.pre(this.#history);
      if (!observing) this.#refuse({ source: 'local_predicate', reason: hit.reason, code: hit.code });
      const decision = { decisionReasonCode: hit.code };
      return this.#permit({ authorization: 'ALLOW', shadow: 'BLOCK', decision });
    }
    if (observing) return this.#observe();
    const outcome = await this.#check();
    if (this.#call.signal?.aborted === true) this.#cancelled(outcome);
    if (outcome.kind === 'failure') return this.#failed(outcome);
    this.#session.runtime.outages.answered();
    this.#joinedDecisionId = outcome.decision.joinedDecisionId;
    return this.#act(outcome.decision);
  }

  #check(): Promise<CheckOutcome> {
    const { config, transport } = this.#session.runtime;
    const body = checkBody(config, {
      toolName: this.#call.toolName,
      toolArgs: this.#wire.toolArgs,
      argsLossy: this.#wire.lossy,
      metadata: withLineage(this.#call.metadata, this.#session.runtime.predicates.lineage),
      sessionId: this.#session.sessionId,
      traceId: this.#session.traceId,
      attestationId: this.#attestationId,
      history: this.#history,
    });
    const checking = sendCheck(transport, config, body);
    // After the request, whose way is not to wait for it.
    this.#events.pre(this.#history);
    return checking;
  }

  /** Given up while it was checked: a hold that the check made has nobody who waits for it. */
  #cancelled(outcome: CheckOutcome): never {
    const { config, transport } = this.#session.runtime;
    if (outcome.kind === 'decision' && outcome.decision.decision === 'STEP_UP') {
      const token = outcome.decision.holdToken?.trim() ?? '';
      if (token !== '' && this.#isOurs(outcome.decision)) void withdrawHold(transport, config, token);
    }
    this.#refuse(CANCELLED);
  }

  /** The check runs beside the tool; only the POST event waits for it. */
  #observe(): Permit {
    const effect = this.#check().then((outcome): Effect => {
      if (outcome.kind === 'failure') {
        return { authorization: 'ALLOW', decision: { decisionReasonCode: outcome.code } };
      }
      logDecision(this.#session, this.#call.toolName, 'observe', outcome.decision, this.#attestationId);
      const { decision } = outcome;
      return { authorization: 'ALLOW', shadow: decision.shadowDecision ?? decision.decision, decision };
    });
    return this.#permit(effect);
  }

  /** Fail-open covers outages only, by explicit choice, and always leaves a trace. */
  #failed(failure: CheckFailure): Permit {
    const { config, outages } = this.#session.runtime;
    if (failure.source === 'enforcer_unavailable' && config.failOpen) {
      outages.failedOpen(this.#call.toolName, failure.code);
      return this.#permit({
        authorization: 'ALLOW',
        decision: { decisionReasonCode: 'enforcer_unavailable_fail_open' },
        failOpen: true,
      });
    }
    const code = failure.source === 'enforcer_unavailable' ? 'enforcer_unavailable' : failure.code;
    this.#refuse({ source: failure.source, reason: failure.reason, code });
  }

  async #act(decision: EnforcementDecision, first?: EnforcementDecision): Promise<Permit> {
    const phase = first === undefined ? 'enforce' : 'step_up_resolved';
    logDecision(this.#session, this.#call.toolName, phase, decision, this.#attestationId);
    this.#verify(decision);
    const source = first === undefined ? 'policy' : 'step_up';
    const known = first === undefined ? decision : { ...first, ...decision };
    switch (decision.decision) {
      case 'ALLOW':
        return first !== undefined && isRewritten(known)
          ? this.#modify(known, known, source)
          : this.#permit({ authorization: 'ALLOW', decision });
      case 'MODIFY':
        return this.#modify(decision, known, source);
      case 'STEP_UP':
        return this.#stepUp(decision);
      case 'DEFER':
        this.#refuse({ source: 'deferred', reason: deferReason(known), decision: known });
      // falls through: refusing never returns
      case 'BLOCK':
        this.#refuse({ source, reason: known.reason || 'blocked by Thoth policy', decision: known });
    }
  }

  /** A reply that speaks of another call, or whose receipt is forged, lets nothing run. */
  #verify(decision: EnforcementDecision): void {
    if (!this.#isOurs(decision)) {
      const reason = 'the decision belongs to another call';
      const code = 'action_attestation_id_mismatch';
      this.#refuse({ source: 'enforcer_rejected', reason, code, decision });
    }
    const { config } = this.#session;
    const said = { outcome: decision.decision, tenantId: config.tenantId };
    if (verifyReceipt(decision.receipt, said, config.receiptKeys) !== false) return;
    if (decision.decision === 'ALLOW' || decision.decision === 'MODIFY') {
      const reason = 'the receipt of the decision does not verify';
      this.#refuse({ source: 'enforcer_rejected', reason, code: 'receipt_invalid', decision });
    }
    config.logger.warn(`the receipt of a refusal for '${this.#call.toolName}' does not verify`);
  }

  #isOurs({ actionAttestationId: named }: EnforcementDecision): boolean {
    return named === undefined || named === this.#attestationId;
  }

  #modify(decision: EnforcementDecision, known: EnforcementDecision, source: 'policy' | 'step_up'): Permit {
    const modified = decision.modifiedToolArgs;
    const usable = modified !== undefined && Object.keys(modified).length > 0 && !this.#wire.lossy;
    const own = this.#call.mapModified;
    const replaced =
      own !== undefined && usable
        ? own(modified)
        : mapModifiedArguments({ values: this.#call.values, lossy: this.#wire.lossy }, modified);
    if (replaced === undefined) {
      const reason = 'the policy asked for changed arguments that cannot be applied to this call';
      this.#refuse({ source, reason, code: 'modify_not_applicable', decision: known });
    }
    return this.#permit({ authorization: 'MODIFY', decision }, replaced);
  }

  async #stepUp(first: EnforcementDecision): Promise<Permit> {
    const { config, transport, shutdownSignal } = this.#session.runtime;
    const token = first.holdToken?.trim() ?? '';
    const { toolName } = this.#call;
    if (token === '') {
      const reason = 'the policy asked for approval but gave no hold';
      this.#refuse({ source: 'step_up', reason, code: 'hold_token_missing', decision: first });
    }
    if (config.stepUp === 'throw') {
      const asked: Refusal = {
        source: 'step_up',
        reason: first.reason || 'approval required',
        decision: first,
      };
      this.#events.block(asked, this.#history);
      const { decision, ...details } = first;
      const explain = this.#explainerOf(first);
      throw this.#explained(
        new ThothStepUpRequired(toolName, asked.reason, token, {
          ...details,
          authorizationDecision: decision,
          ...(explain === undefined ? {} : { explain }),
        }),
      );
    }
    const budgetMs = waitBudget(config, first);
    config.logger.info(`waiting up to ${Math.round(budgetMs / 1000)} s for approval of '${toolName}'`);
    const answered = new AbortController();
    const answer = ownAnswer(transport, config, token, first, () => answered.abort());
    this.#call.onHold?.({ token, reason: first.reason, budgetMs, ownAnswer: answer });
    const signals = [shutdownSignal, config.signal, this.#call.signal].filter((each) => each !== undefined);
    const given = AbortSignal.any(signals);
    const wait = waitForHold(transport, config, token, budgetMs, given, answered.signal);
    if (config.explain === 'eager') void this.#explainerOf(first)?.();
    const outcome = await wait;
    config.logger.info(`the wait for approval of '${toolName}' is over`);
    if (outcome.kind === 'ended') {
      if (outcome.pending) void withdrawHold(transport, config, token);
      this.#refuse({ source: 'step_up', reason: outcome.reason, code: outcome.code, decision: first });
    }
    return this.#act(outcome.decision, first);
  }

  /** Arguments are objects, and a wait for an approver is long: another part of the program may have written to them. */
  #unchanged(): boolean {
    const current = this.#call.current?.();
    if (current === undefined) return true;
    const { toolArgs } = toWireArguments(current.values);
    return (
      current.toolName === this.#call.toolName &&
      JSON.stringify(toolArgs) === JSON.stringify(this.#wire.toolArgs)
    );
  }

  #permit(effect: Effect | Promise<Effect>, replaced?: readonly unknown[]): Permit {
    if (this.#session.config.enforcement !== 'observe' && !this.#unchanged()) this.#refuse(CHANGED);
    let startedAt = performance.now();
    let done = false;
    return {
      decision: replaced === undefined ? 'ALLOW' : 'MODIFY',
      attestationId: this.#attestationId,
      joinedDecisionId: this.#joinedDecisionId,
      replacedArguments: replaced,
      started: () => {
        startedAt = performance.now();
        this.#session.record(this.#call.toolName);
      },
      finished: (result: CallResult) => {
        if (done) return;
        done = true;
        this.#events.post(effect, result, performance.now() - startedAt, this.#session.history());
      },
    };
  }

  #refuse(why: Refusal): never {
    this.#events.block(why, this.#history);
    throw this.#explained(refusal(this.#call.toolName, why, this.#explainerOf(why.decision)));
  }

  /** One explanation per call: what was asked for when the wait began is not asked for again. */
  #explainerOf(decision: EnforcementDecision | undefined): Explainer | undefined {
    const { toolName } = this.#call;
    const call = { toolName, attestationId: this.#attestationId, history: this.#history };
    return (this.#explainer ??= explainerFor(this.#session, call, decision));
  }

  #explained<Violation extends ThothPolicyViolation>(error: Violation): Violation {
    if (this.#session.config.explain === 'eager') void error.explain();
    return error;
  }
}

function withLineage(metadata: JsonObject | undefined, lineage: JsonObject): JsonObject | undefined {
  return Object.keys(lineage).length === 0 ? metadata : { ...metadata, ...lineage };
}

/** The policy held a rewritten call: after the approval that one runs, never the original. */
function isRewritten({ modifiedToolArgs }: EnforcementDecision): boolean {
  return modifiedToolArgs !== undefined && Object.keys(modifiedToolArgs).length > 0;
}

const CHANGED: Refusal = {
  source: 'policy',
  reason: 'the arguments changed while the call was decided',
  code: 'arguments_changed',
};

const CANCELLED: Refusal = { source: 'policy', reason: 'the call was cancelled', code: 'call_cancelled' };

function deferReason(decision: EnforcementDecision): string {
  const seconds = decision.deferTimeoutSeconds ?? 0;
  const text = decision.deferReason || decision.reason || 'deferred pending additional context';
  return seconds > 0 ? `${text} (retry in ${seconds}s)` : text;
}
