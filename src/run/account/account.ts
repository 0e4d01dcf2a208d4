import { openSync, closeSync, writeSync } from 'node:fs';
import { ThothctlError } from '../../errors/index.js';

/** One decision of a run as `--record` writes it. Arguments and results are never in it. */
export interface DecidedCall {
  readonly surface: 'mcp' | 'sdk';
  readonly tool: string;
  /** What took effect: ALLOW, MODIFY, BLOCK or DEFER; CANCELLED when the client withdrew the call first. */
  readonly decision: string;
  readonly reasonCode?: string | undefined;
  readonly source?: string | undefined;
  readonly violationId?: string | undefined;
  readonly attestationId?: string | undefined;
  /** The agent's own name of the call, by which its other surfaces join. */
  readonly toolCallId?: string | undefined;
  /** Another surface saw the call before; this is that decision, and it counts once. */
  readonly joinedDecisionId?: string | undefined;
  /** Milliseconds from the request to the decision, the wait for an approver included. */
  readonly durationMs: number;
  readonly held: boolean;
}

export interface AccountSummary {
  readonly calls: number;
  readonly allowed: number;
  readonly modified: number;
  readonly blocked: number;
  /** Calls that were refused because the enforcer gave no decision. That is no verdict of a policy. */
  readonly undecided: number;
  readonly deferred: number;
  readonly cancelled: number;
  /** Calls that waited for an approver, whatever came of it. */
  readonly held: number;
  /** Values taken out of results. */
  readonly redacted: number;
}

type Outcome = 'allowed' | 'modified' | 'blocked' | 'undecided' | 'deferred' | 'cancelled';

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  ALLOW: 'allowed',
  MODIFY: 'modified',
  DEFER: 'deferred',
  CANCELLED: 'cancelled',
};

const NO_DECISION: ReadonlySet<string | undefined> = new Set(['enforcer_unavailable', 'enforcer_rejected']);

function outcomeOf({ decision, source }: DecidedCall): Outcome {
  const outcome = OUTCOMES[decision] ?? 'blocked';
  return outcome === 'blocked' && NO_DECISION.has(source) ? 'undecided' : outcome;
}

/** Counts the decisions of a run and writes each as one line, if a file was given. */
export class Account {
  readonly #counts = {
    allowed: 0,
    modified: 0,
    blocked: 0,
    undecided: 0,
    deferred: 0,
    cancelled: 0,
    held: 0,
    redacted: 0,
  };
  readonly #descriptor: number | undefined;
  #lost = false;

  /** @throws ThothctlError `record_not_opened`: a run that should leave an account does not begin without. */
  constructor(
    private readonly sessionId: string,
    file?: string,
  ) {
    if (file === undefined) return;
    try {
      this.#descriptor = openSync(file, 'a', 0o600);
    } catch (cause) {
      throw new ThothctlError({
        code: 'record_not_opened',
        message: `The record ${file} cannot be written.`,
        exit: 'runFailed',
        fix: 'Give --record another place.',
        cause,
      });
    }
  }

  decided(call: DecidedCall): void {
    if (call.joinedDecisionId === undefined) {
      this.#counts[outcomeOf(call)] += 1;
      if (call.held) this.#counts.held += 1;
    }
    this.#write({
      type: 'decision',
      surface: call.surface,
      tool: call.tool,
      decision: call.decision,
      reason_code: call.reasonCode,
      source: call.source,
      violation_id: call.violationId,
      action_attestation_id: call.attestationId,
      tool_call_id: call.toolCallId,
      joined_decision_id: call.joinedDecisionId,
      duration_ms: rounded(call.durationMs),
      held: call.held,
    });
  }

  /** A call that ran has ended. */
  ended(tool: string, attestationId: string, outcome: string, durationMs: number): void {
    this.#write({
      type: 'result',
      tool,
      action_attestation_id: attestationId,
      outcome,
      duration_ms: rounded(durationMs),
    });
  }

  redacted(rule: string, count: number): void {
    this.#counts.redacted += count;
    this.#write({ type: 'redaction', rule, count });
  }

  /** A tool whose definition differs from the pinned one. */
  toolChanged(tool: string): void {
    this.#write({ type: 'tool_definition_changed', tool });
  }

  get summary(): AccountSummary {
    const { held: _held, redacted: _redacted, ...outcomes } = this.#counts;
    const calls = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    return { calls, ...this.#counts };
  }

  /** False when lines could not be written. */
  close(): boolean {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    return !this.#lost;
  }

  /** Synchronous: what was decided is on its way to the disk before the call runs, even if we are killed then. */
  #write(entry: Readonly<Record<string, unknown>>): void {
    if (this.#descriptor === undefined) return;
    try {
      writeSync(
        this.#descriptor,
        `${JSON.stringify({ time: new Date().toISOString(), session_id: this.sessionId, ...entry })}\n`,
      );
    } catch {
      this.#lost = true;
    }
  }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
