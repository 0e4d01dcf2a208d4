import { setTimeout as sleep } from 'node:timers/promises';
import type { Hold, Permit } from '../../sdk/call.js';
import { ThothDeferredError, ThothPolicyViolation } from '../../sdk/errors.js';
import type { JsonObject } from '../../sdk/vocabulary.js';
import type { CallRoute } from './call-route.js';
import type { ClientMessage, ToolCallMessage } from './client-message.js';
import { Deciding, DecidingCalls } from './deciding-calls.js';
import type { Governance } from './governance.js';
import { PendingCall } from './pending-call.js';
import { ProxyTasks } from './proxy-tasks.js';
import { errorReply, refusedResult, ruledOutResult } from './replies.js';
import { isOwnState } from './request-state.js';
import { UserQuestions } from './user-questions.js';
import { INVALID_PARAMS } from './error-codes.js';

const CHANGED_TOOL =
  'its description changed since it was approved; a person can look at it with `thothctl mcp pins diff` and approve it';
const DECLINED = 'the user it was put to declined it';
/** A deferred call under a task is asked about again, within these. */
const MAX_DEFERRAL_MS = 900_000;
const MAX_DEFERRED_MS = 3_600_000;

/** Decides tool calls, each on its own: one that waits for an approver holds up nothing but itself. */
export class CallGovernor {
  readonly #deciding: DecidingCalls;
  readonly #questions = new UserQuestions();
  readonly #tasks = new ProxyTasks();

  constructor(
    private readonly governance: Governance,
    /** Told when room for further calls is free again. */
    onRoom: () => void,
  ) {
    this.#deciding = new DecidingCalls(onRoom);
  }

  /** True while no more calls should be taken. */
  get full(): boolean {
    return this.#deciding.full;
  }

  /** True while the call of this key waits for its decision. */
  has(key: string): boolean {
    return this.#deciding.get(key) !== undefined;
  }

  /** Decides a call and then answers or forwards it. `key` must be free, and names the call until then. */
  govern(key: string, call: ToolCallMessage, message: Buffer, route: CallRoute): void {
    if (isOwnState(call.requestState)) this.#resume(key, call, call.requestState, route);
    else if (this.governance.tools.isQuarantined(call.name)) {
      this.ruleOut(call, 'tool_definition_changed', CHANGED_TOOL, route);
    } else void this.#decide(key, call, message, route);
  }

  /** Refuses a call by a rule of the proxy itself; the policy is not asked. */
  ruleOut(call: ToolCallMessage, reasonCode: string, why: string, route: CallRoute): void {
    const { session, account } = this.governance;
    session.recordRefusal(call.name, reasonCode);
    route.answer(ruledOutResult(call, reasonCode, why));
    const { name: tool, toolCallId } = call;
    const decided = { surface: 'mcp', tool, decision: 'BLOCK', reasonCode, source: 'proxy' } as const;
    account.decided({ ...decided, toolCallId, durationMs: 0, held: false });
  }

  /** Takes what is meant for the proxy itself: the answer to a question of ours, a request about a task of ours. */
  takes(message: ClientMessage, route: Pick<CallRoute, 'answer' | 'principal'>): boolean {
    const { principal = '' } = route;
    if (message.kind === 'request') {
      return this.#tasks.handle(message, principal, (text) => route.answer(text));
    }
    const { reply } = message.kind === 'other' ? message : {};
    return reply !== undefined && this.#questions.reply(reply.key, reply.result, principal);
  }

  /** Voids a call that has not reached its server; it is not answered. False when there is none. */
  cancel(key: string): boolean {
    const deciding = this.#deciding.get(key);
    deciding?.cancel();
    return deciding !== undefined || this.#tasks.forget(key);
  }

  voidHeld(): void {
    this.#deciding.voidHeld();
  }

  voidAll(): void {
    this.#deciding.voidAll();
  }

  /** Settles when no call waits for a decision any more. */
  quiet(): Promise<void> {
    return this.#deciding.quiet();
  }

  async #decide(key: string, call: ToolCallMessage, message: Buffer, route: CallRoute): Promise<void> {
    const deciding = new Deciding(message.length);
    this.#deciding.add(key, deciding);
    const pending = new PendingCall(key, call, message, route, deciding);
    try {
      const permit = await this.#permit(pending);
      await pending.reachable();
      const { declined, route: asker } = pending;
      if (declined && !deciding.cancelled && asker !== undefined)
        return this.ruleOut(pending.request, 'self_declined', DECLINED, asker);
      this.#account(pending, permit.decision, permit);
      if (!deciding.cancelled) pending.forward(permit);
    } catch (error) {
      await pending.reachable();
      if (!deciding.cancelled) pending.answer((open) => refusedResult(open, error));
      this.#account(pending, 'BLOCK', error);
    } finally {
      pending.end();
      this.#deciding.remove(pending.key, deciding);
    }
  }

  /** Leave to run the call. A deferred one is asked about again, if its client polls a task for it. */
  async #permit(pending: PendingCall): Promise<Permit> {
    const { call, deciding } = pending;
    const { session, metadata } = this.governance;
    for (;;) {
      try {
        return await session.authorize({
          toolName: call.name,
          values: call.args === undefined ? [] : [call.args],
          mapModified: (modified) => [modified],
          metadata: { ...metadata, ...seenHere(pending) },
          signal: deciding.signal,
          onHold: (hold) => this.#held(pending, hold),
        });
      } catch (error) {
        const waitMs = this.#deferral(pending, error);
        if (waitMs === undefined) throw error;
        this.#account(pending, 'DEFER', error);
        await sleep(waitMs, undefined, { signal: deciding.signal }).catch(() => undefined);
        if (deciding.signal.aborted) throw error;
      }
    }
  }

  /** How long to wait before asking again; undefined when the refusal is the answer. */
  #deferral(pending: PendingCall, error: unknown): number | undefined {
    const { deciding } = pending;
    if (!(error instanceof ThothDeferredError) || deciding.signal.aborted) return undefined;
    const waitMs = (error.deferTimeoutSeconds ?? 0) * 1000;
    if (waitMs <= 0 || waitMs > MAX_DEFERRAL_MS || deciding.age + waitMs > MAX_DEFERRED_MS) return undefined;
    const key = pending.polled ? pending.key : this.#tasks.adopt(pending, error.reason);
    if (key === undefined) return undefined;
    this.#deciding.hold(deciding);
    this.#move(pending, key);
    return waitMs;
  }

  #held(pending: PendingCall, hold: Hold): void {
    this.#deciding.hold(pending.deciding);
    const asked = this.#questions.ask(pending, hold, (key) => this.#move(pending, key));
    if (!asked) this.#wait(pending);
  }

  /** Nobody asks the client any more: it polls a task, or is told now and then that the call still waits. */
  #wait(pending: PendingCall): void {
    const key = pending.polled ? undefined : this.#tasks.adopt(pending, 'waiting for approval');
    if (key === undefined) pending.tellProgress();
    else this.#move(pending, key);
  }

  /** The client repeats a call about which its user was asked. */
  #resume(key: string, call: ToolCallMessage, state: string, route: CallRoute): void {
    const found = this.#questions.take(state, call, route);
    if (found === undefined) {
      const text = 'refused by Thoth: the request state is not valid for this call, or was used already';
      route.answer(errorReply(call.id, INVALID_PARAMS, text));
      return;
    }
    const { pending } = found;
    this.#move(pending, key);
    pending.resume(call, route);
    const asked = this.#questions.answered(found, call.inputResponses, (next) => this.#move(pending, next));
    if (!asked) this.#wait(pending);
  }

  #move(pending: PendingCall, key: string): void {
    this.#deciding.move(pending.key, key);
    pending.key = key;
  }

  #account({ call, deciding }: PendingCall, decision: string, outcome: unknown): void {
    const violation = outcome instanceof ThothPolicyViolation ? outcome : undefined;
    this.governance.account.decided({
      surface: 'mcp',
      tool: call.name,
      toolCallId: call.toolCallId,
      decision: deciding.cancelled
        ? 'CANCELLED'
        : violation?.authorizationDecision === 'DEFER'
          ? 'DEFER'
          : decision,
      reasonCode: violation?.decisionReasonCode,
      source: violation?.source,
      violationId: violation?.violationId,
      attestationId: isPermit(outcome) ? outcome.attestationId : violation?.actionAttestationId,
      joinedDecisionId: isPermit(outcome) ? outcome.joinedDecisionId : undefined,
      durationMs: deciding.age,
      held: deciding.held,
    });
  }
}

/** What this surface alone knows of a call. */
function seenHere({ call, client }: PendingCall): JsonObject {
  return {
    ...(client?.name === undefined ? {} : { mcp_client: client.name }),
    ...(call.toolCallId === undefined ? {} : { tool_call_id: call.toolCallId, surface: 'mcp' }),
  };
}

function isPermit(value: unknown): value is Permit {
  return typeof value === 'object' && value !== null && 'attestationId' in value && 'started' in value;
}
