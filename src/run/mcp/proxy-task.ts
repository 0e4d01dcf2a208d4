import { randomUUID } from 'node:crypto';
import type { OpenCall } from './client-message.js';
import { rawAt, scanMessage } from './json-scan.js';
import { INTERNAL_ERROR } from './error-codes.js';
import { withResultMeta } from './members.js';

type TaskStatus = 'working' | 'completed' | 'failed' | 'cancelled';

/** Longer than any hold, deferral and run together should take. */
const TTL_MS = 7_200_000;
const POLL_MS = 5000;
const RELATED = 'io.modelcontextprotocol/related-task';

/** A call that the client polls for, in the terms of the revision it speaks. */
export class ProxyTask {
  readonly id = `thoth-task-${randomUUID()}`;
  readonly #createdAt = Date.now();
  #updatedAt = this.#createdAt;
  #status: TaskStatus = 'working';
  /** JSON text of the result, or of the error when there is none. */
  #result: string | undefined;
  #error: string | undefined;
  readonly #waiting = new Map<string, () => void>();

  constructor(
    /** 2026-07-28 and later: the extension; before that, the experimental part of the protocol. */
    private readonly modern: boolean,
    readonly principal: string,
    private readonly message: string,
    /** Withdraws the call, wherever it is by now. */
    public withdraw: () => void,
  ) {}

  get done(): boolean {
    return this.#status !== 'working';
  }

  get expired(): boolean {
    return Date.now() > this.#createdAt + TTL_MS;
  }

  get size(): number {
    return this.#result?.length ?? 0;
  }

  /** The answer to the call that became this task. */
  created({ id }: OpenCall): string {
    const result = this.modern ? { resultType: 'task', ...this.#state() } : { task: this.#state() };
    return reply(id, JSON.stringify(result));
  }

  /** The reply to the call, ours or the server's: it ends the task. */
  finish(message: string): void {
    if (this.done) return;
    const line = Buffer.from(message);
    const scanned = scanMessage(line);
    const text = (path: string): string | undefined => scanned && rawAt(line, scanned, path);
    const kind = text('result.resultType') ?? '"complete"';
    this.#result = kind === '"complete"' ? text('result') : undefined;
    if (this.#result === undefined) {
      const none = { code: INTERNAL_ERROR, message: 'the server did not answer with a result' };
      this.#error = text('error') ?? JSON.stringify(none);
    }
    const failed = this.#result === undefined || (!this.modern && text('result.isError') === 'true');
    this.#end(failed ? 'failed' : 'completed');
  }

  /** False when it is over already. */
  cancel(): boolean {
    if (this.done) return false;
    this.#end('cancelled');
    this.withdraw();
    return true;
  }

  /** `tasks/get`. */
  get(id: string): string {
    const state = { ...(this.modern ? { resultType: 'complete' } : {}), ...this.#state() };
    const text = JSON.stringify(state);
    if (!this.modern) return reply(id, text);
    const outcome =
      this.#result === undefined
        ? this.#error === undefined
          ? ''
          : `,"error":${this.#error}`
        : `,"result":${this.#result}`;
    return reply(id, `${text.slice(0, -1)}${outcome}}`);
  }

  /** `tasks/result`: answers once the task is over. */
  await(key: string, id: string, answer: (message: string) => void): void {
    const tell = (): void => answer(this.#outcome(id));
    if (this.done) tell();
    else this.#waiting.set(key, tell);
  }

  /** The client no longer waits for the result. False when it did not. */
  forget(key: string): boolean {
    return this.#waiting.delete(key);
  }

  /** `tasks/cancel` was accepted. */
  acknowledged(id: string): string {
    return reply(id, JSON.stringify(this.modern ? { resultType: 'complete' } : this.#state()));
  }

  #outcome(id: string): string {
    if (this.#result === undefined) {
      const error =
        this.#error ?? JSON.stringify({ code: INTERNAL_ERROR, message: 'the task was cancelled' });
      return `{"jsonrpc":"2.0","id":${id},"error":${error}}`;
    }
    return related(reply(id, this.#result), this.id);
  }

  #end(status: TaskStatus): void {
    this.#status = status;
    this.#updatedAt = Date.now();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const tell of waiting) tell();
  }

  #state(): object {
    return {
      taskId: this.id,
      status: this.#status,
      ...(this.done ? {} : { statusMessage: this.message }),
      createdAt: new Date(this.#createdAt).toISOString(),
      lastUpdatedAt: new Date(this.#updatedAt).toISOString(),
      ...(this.modern ? { ttlMs: TTL_MS, pollIntervalMs: POLL_MS } : { ttl: TTL_MS, pollInterval: POLL_MS }),
    };
  }
}

function reply(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}

/** The reply as the call would have got it, marked as a task's. */
function related(message: string, taskId: string): string {
  const line = Buffer.from(message);
  const scanned = scanMessage(line);
  if (scanned === undefined) return message;
  return withResultMeta(line, scanned, `"${RELATED}":${JSON.stringify({ taskId })}`).toString('utf8');
}
