import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../sdk/vocabulary.js';
import { rawAt, type ScannedMessage } from '../mcp/json-scan.js';
import { INTERNAL_ERROR } from '../mcp/error-codes.js';

/** A question of the server: a request that it sent while it worked on one of the client. */
export interface Question {
  /** As its bytes. */
  readonly id: string;
  readonly method: string;
  /** As their bytes. */
  readonly params: string | undefined;
}

/** A request that the client was told to make again with answers; the server still works on it. */
interface Parked<T> {
  readonly request: T;
  readonly question: Question;
}

const NAME = 'question';
const MAX_PARKED = 1024;

/** Requests of a client of the newer protocol whose server waits for an answer. */
export class ParkedRequests<T> {
  readonly #byState = new Map<string, Parked<T>>();

  /** Parks a request; the result that its client gets. Undefined when there are too many. */
  park(request: T, question: Question): string | undefined {
    if (this.#byState.size >= MAX_PARKED) return undefined;
    const state = randomUUID();
    this.#byState.set(state, { request, question });
    const params = question.params === undefined ? '' : `,"params":${question.params}`;
    const asked = `{"${NAME}":{"method":${JSON.stringify(question.method)}${params}}}`;
    return `{"resultType":"input_required","inputRequests":${asked},"requestState":"${state}"}`;
  }

  /** Takes out what the client comes back for. */
  take(params: JsonObject): Parked<T> | undefined {
    const state = params['requestState'];
    if (typeof state !== 'string') return undefined;
    const parked = this.#byState.get(state);
    this.#byState.delete(state);
    return parked;
  }
}

/** What the client answered, as a result or as the error of one that did not answer. */
export function answerIn(line: Buffer, scanned: ScannedMessage): string {
  const answer = rawAt(line, scanned, `params.inputResponses.${NAME}`);
  return answer?.startsWith('{') === true
    ? `"result":${answer}`
    : `"error":{"code":${INTERNAL_ERROR},"message":"the client gave no answer"}`;
}
