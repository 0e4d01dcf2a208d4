import { randomUUID } from 'node:crypto';
import type { Hold, OwnAnswer } from '../../sdk/call.js';
import type { JsonObject } from '../../sdk/vocabulary.js';
import type { PendingCall } from './pending-call.js';
import { cancelledRequest, inputRequiredResult, userRequest } from './replies.js';
import { RequestStates } from './request-state.js';
import { UserQuestion, type UserAnswer } from './user-question.js';
import type { ToolCallMessage } from './client-message.js';
import type { CallRoute } from './call-route.js';

/** Slips of the pen a person is allowed in one call. */
const MAX_ROUNDS = 3;
/** How long a call that was approved elsewhere waits for its client to come back for it. */
const COLLECT_MS = 300_000;
const INPUT = 'approval';
/** Whom not to ask is remembered for so many; past it nobody is asked. */
const MAX_DISTRUSTED = 10_000;

interface Parked {
  readonly pending: PendingCall;
  readonly question: UserQuestion;
  readonly hold: Hold & { readonly ownAnswer: OwnAnswer };
  readonly round: number;
}

/** A question on the way to its client. */
interface OpenQuestion {
  readonly principal: string;
  settle(result: unknown): void;
}

/**
 * Asks the user of the session about held calls, where the tenant lets it. Whoever answers faster than a person can is
 * asked no more, and nothing that it said counts: the call goes on waiting for an approver.
 */
export class UserQuestions {
  readonly #states = new RequestStates();
  /** Ids of questions are of this run alone: no server waits for a reply to one. */
  readonly #prefix = `thoth-ask-${randomUUID()}-`;
  readonly #open = new Map<string, OpenQuestion>();
  readonly #parked = new Map<string, Parked>();
  /** Clients that answered by themselves, by their principal. */
  readonly #distrusted = new Set<string>();

  /**
   * Asks about a call that begins to wait. `parked` is told the new key of a call whose request was answered by the
   * question. True when the request is answered: the client has to repeat the call.
   */
  ask(pending: PendingCall, hold: Hold, parked: (key: string) => void): boolean {
    const { ownAnswer } = hold;
    if (ownAnswer === undefined || pending.client?.asksUser !== true) return false;
    if (!this.#trusts(principalOf(pending))) return false;
    if (pending.call.modern) {
      this.#inReply(
        { pending, hold: { ...hold, ownAnswer }, question: this.#question(pending, hold), round: 1 },
        parked,
      );
      return true;
    }
    void this.#overConnection(pending, hold, ownAnswer);
    return false;
  }

  /** The call that a repeated request is about; undefined when its state is not good for it. Works once. */
  take(state: string, request: ToolCallMessage, route: CallRoute): Parked | undefined {
    const id = this.#states.verify(state, principalOf({ route }), request);
    const found = id === undefined ? undefined : this.#parked.get(id);
    if (id !== undefined) this.#parked.delete(id);
    return found;
  }

  /** Acts on the answer that a repeated request brought. True when the user is asked again by its reply. */
  answered(found: Parked, responses: JsonObject | undefined, parked: (key: string) => void): boolean {
    const { pending, hold, question, round } = found;
    const read = question.read(responses?.[INPUT], hold.ownAnswer.minimumMs);
    const answer = this.#believe(read, principalOf(pending));
    if (answer === 'mistyped' && round < MAX_ROUNDS) {
      this.#inReply({ ...found, question: this.#question(pending, hold), round: round + 1 }, parked);
      return true;
    }
    void give(answer, pending, hold.ownAnswer, 'input_required');
    return false;
  }

  /**
   * True when a client's reply is to a question of ours; it is then nobody else's. It counts when the question is open and
   * was put to this very client.
   */
  reply(key: string, result: unknown, principal: string): boolean {
    if (!key.startsWith(`s:${this.#prefix}`)) return false;
    const question = this.#open.get(key);
    if (question?.principal === principal) question.settle(result);
    return true;
  }

  #inReply(asked: Parked, parked: (key: string) => void): void {
    const { pending, hold, question } = asked;
    const id = randomUUID();
    const lifetimeMs = hold.budgetMs + COLLECT_MS;
    const state = this.#states.issue(id, principalOf(pending), pending.call, lifetimeMs);
    this.#parked.set(id, asked);
    pending.over.addEventListener('abort', () => this.#parked.delete(id), { once: true });
    const request = { method: 'elicitation/create', params: question.params };
    pending.park(inputRequiredResult(pending.request, { [INPUT]: request }, state), lifetimeMs);
    parked(`parked:${id}`);
  }

  async #overConnection(pending: PendingCall, hold: Hold, ownAnswer: OwnAnswer): Promise<void> {
    const principal = principalOf(pending);
    for (let round = 1; round <= MAX_ROUNDS && this.#trusts(principal); round += 1) {
      const question = this.#question(pending, hold);
      const result = await this.#over(pending, question);
      if (result === undefined) return;
      const answer = this.#believe(question.read(result.said, ownAnswer.minimumMs), principal);
      if (answer === 'mistyped') continue;
      await give(answer, pending, ownAnswer, 'elicitation');
      return;
    }
  }

  /** One question over the connection. Undefined when the call was over first; the client is then told to close it. */
  #over(
    { route, over }: PendingCall,
    question: UserQuestion,
  ): Promise<{ readonly said: unknown } | undefined> {
    if (route?.ask === undefined || over.aborted) return Promise.resolve(undefined);
    const id = `${this.#prefix}${randomUUID()}`;
    const key = `s:${id}`;
    return new Promise((resolve) => {
      const close = (): void => {
        this.#open.delete(key);
        route.ask?.(cancelledRequest(id));
        resolve(undefined);
      };
      const settle = (said: unknown): void => {
        this.#open.delete(key);
        over.removeEventListener('abort', close);
        resolve({ said });
      };
      this.#open.set(key, { principal: principalOf({ route }), settle });
      over.addEventListener('abort', close, { once: true });
      route.ask?.(userRequest(id, question.params));
    });
  }

  #question({ call }: PendingCall, { reason }: Hold): UserQuestion {
    return new UserQuestion(call, reason);
  }

  #believe(answer: UserAnswer, principal: string): UserAnswer {
    if (answer === 'by_itself') this.#distrusted.add(principal);
    return this.#trusts(principal) ? answer : 'nothing';
  }

  #trusts(principal: string): boolean {
    return this.#distrusted.size < MAX_DISTRUSTED && !this.#distrusted.has(principal);
  }
}

/** Whose call it is, where several clients share the run. */
function principalOf({ route }: { readonly route: CallRoute | undefined }): string {
  return route?.principal ?? '';
}

async function give(
  answer: UserAnswer,
  pending: PendingCall,
  ownAnswer: OwnAnswer,
  channel: Parameters<OwnAnswer['give']>[1],
): Promise<void> {
  if (answer !== 'approve' && answer !== 'decline') return;
  if (answer === 'decline') pending.declined = true;
  await ownAnswer.give(answer, channel);
}
