import { randomInt } from 'node:crypto';
import { clean } from '../../sdk/logger.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import type { ToolCallMessage } from './client-message.js';

/** What became of a question: a verdict, a slip of the pen, or nothing that may be believed. */
export type UserAnswer = 'approve' | 'decline' | 'mistyped' | 'nothing' | 'by_itself';

const MAX_ARGUMENTS = 600;
const MAX_REASON = 300;

/**
 * Asks the user of a session for a held call. A program that fills in forms does so at once, or from what the form
 * suggests: the code stands in the message alone, and an answer that no person could have given in the time counts for
 * nothing, a refusal included.
 */
export class UserQuestion {
  readonly #code = String(randomInt(1000, 10_000));
  readonly #askedAt = performance.now();

  constructor(
    private readonly call: Pick<ToolCallMessage, 'name' | 'args'>,
    private readonly reason: string | undefined,
  ) {}

  /** Params of `elicitation/create`. */
  get params(): JsonObject {
    const args = clean(JSON.stringify(this.call.args ?? {}));
    const shown = args.length > MAX_ARGUMENTS ? `${args.slice(0, MAX_ARGUMENTS)} … (cut)` : args;
    const why = this.reason === undefined ? '' : ` ${clean(this.reason).slice(0, MAX_REASON)}.`;
    return {
      message: `Policy holds the call of '${clean(this.call.name)}'.${why} Arguments: ${shown} To approve this one call as its user, type ${this.#code}. To leave it to an approver, close this.`,
      requestedSchema: {
        type: 'object',
        properties: {
          code: { type: 'string', title: 'Code', description: 'The number in the text above' },
        },
        required: ['code'],
      },
    };
  }

  /** Reads an `ElicitResult`. */
  read(result: unknown, minimumMs: number): UserAnswer {
    if (performance.now() - this.#askedAt < minimumMs) return 'by_itself';
    const action = isJsonObject(result) ? result['action'] : undefined;
    if (action === 'decline') return 'decline';
    if (!isJsonObject(result) || action !== 'accept') return 'nothing';
    const { content } = result;
    const typed = isJsonObject(content) ? content['code'] : undefined;
    return typeof typed === 'string' && typed.trim() === this.#code ? 'approve' : 'mistyped';
  }
}
