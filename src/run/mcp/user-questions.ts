import { randomUUID } from 'node:crypto';
import type { Hold, OwnAnswer } from '../../sdk/call.js';
import type { JsonObject } from '../../sdk/vocabulary.js';
import type { PendingCall } from './pending-call.js';
import { cancelledRequest, inputRequiredResult, userRequest } from './replies.js';
import { RequestStates } from './request-state.js';
import { UserQuestion } from './user-question.js';
import type { ToolCallMessage } from './client-message.js';
import type { CallRoute } from './call-route.js';

/** Slips of the pen a person is allowed in one call. */
const MAX_ROUNDS = 3;
/** How long a call that was approved elsewhere waits for its client to come back for it. */
const COLLECT_MS = 300_000;
const INPUT = 'approval';

interface Parked {
  readonly pending: PendingCall;
  readonly question: UserQuestion;
  readonly hold: Hold & { readonly ownAnswer: OwnAnswer };
  readonly round: number;
}

/**
 * Asks the user of the session about held calls, where the tenant lets it. Whoever answers faster than a person can is
 * asked no more, and nothing that it said counts: the call goes on waiting for an approver.
 */
export class UserQuestions {
  readonly #states = new RequestStates();
  readonly #open = new Map<string, (result: unknown) => void>();
  readonly #parked = new Map<string, Parked>();
  #trusted = true;

  /**
   * Asks about a call that begins to wait. `parked` is told the new key of a call whose request was answered by the
   * question. True when the request is answered: the client has to repeat the call.
   */
  ask(pending: PendingCall, hold: Hold, parked: (key: string) => void): boolean {
    const { ownAnswer } = hold;
    if (ownAnswer === undefined || !this.#trusted || pending.client?.asksUser !== true) return false;
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
    const id = this.#states.verify(state, route.principal ?? '', request);
    const found = id === undefined ? undefined : this.#parked.get(id);
    if (id !== undefined) this.#parked.delete(id);
    return found;
  }

  /** Acts on the answer that a repeated request brought. True when the user is asked again by its reply. */
  answered(found: Parked, responses: JsonObject | undefined, parked: (key: string) => void): boolean {
    const { pending, hold, question, round } = found;
    const answer = this.#believe(question.read(responses?.[INPUT], hold.ownAnswer.minimumMs));
    if (answer === 'mistyped' && round < MAX_ROUNDS) {
      this.#inReply({ ...found, question: this.#question(pending, hold), round: round + 1 }, parked);
      return true;
    }
    if (answer === 'approve' || answer === 'decline') void hold.ownAnswer.give(answer, 'input_required');
    return false;
  }

  /** True when a client's reply answers a question of ours; it is then nobody else's. */
  reply(key: string, result: unknown): boolean {
    const settle = this.#open.get(key);
    settle?.(result);
    return settle !== undefined;
  }

  #inReply(asked: Parked, parked: (key: string) => void): void {
    const { pending, hold, question } = asked;
    const id = randomUUID();
    const lifetimeMs = hold.budgetMs + COLLECT_MS;
    const state = this.#states.issue(id, pending.route?.principal ?? '', pending.call, lifetimeMs);
    this.#parked.set(id, asked);
    pending.over.addEventListener('abort', () => this.#parked.delete(id), { once: true });
    const request = { method: 'elicitation/create', params: question.params };
    pending.park(inputRequiredResult(pending.request, { [INPUT]: request }, state), lifetimeMs);
    parked(`parked:${id}`);
  }

  async #overConnection(pending: PendingCall, hold: Hold, ownAnswer: OwnAnswer): Promise<void> {
    for (let round = 1; round <= MAX_ROUNDS && this.#trusted; round += 1) {
      const question = this.#question(pending, hold);
      const result = await this.#over(pending, question);
      if (result === undefined) return;
      const answer = this.#believe(question.read(result.said, ownAnswer.minimumMs));
      if (answer === 'mistyped') continue;
      if (answer === 'approve' || answer === 'decline') await ownAnswer.give(answer, 'elicitation');
      return;
    }
  }

  /** One question over the connection. Undefined when the call was over first; the client is then told to close it. */
  #over(
    { route, over }: PendingCall,
    question: UserQuestion,
  ): Promise<{ readonly said: unknown } | undefined> {
    if (route?.ask === undefined || over.aborted) return Promise.resolve(undefined);
    const id = `thoth-ask-${randomUUID()}`;
    const key = `s:${id}`;
    return new Promise((resolve) => {
      const close = (): void => {
        this.#open.delete(key);
        route.ask?.(cancelledRequest(id));
        resolve(undefined);
      };
      this.#open.set(key, (said) => {
        this.#open.delete(key);
        over.removeEventListener('abort', close);
        resolve({ said });
      });
      over.addEventListener('abort', close, { once: true });
      route.ask?.(userRequest(id, question.params));
    });
  }

  #question({ call }: PendingCall, { reason }: Hold): UserQuestion {
    return new UserQuestion(call, reason);
  }

  #believe(answer: ReturnType<UserQuestion['read']>): ReturnType<UserQuestion['read']> {
    if (answer === 'by_itself') this.#trusted = false;
    return this.#trusted ? answer : 'nothing';
  }
}
