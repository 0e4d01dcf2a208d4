import { lostCallResult } from '../mcp/replies.js';
import type { ToolCallMessage } from '../mcp/client-message.js';
import { scanMessage } from '../mcp/json-scan.js';
import { answeredKey } from '../mcp/server-replies.js';
import type { Reply } from './client-reply.js';
import { EventFramer } from './event-stream.js';

/** Takes the answer to a call whose client polls for it. Whatever else is said on the way reaches nobody. */
export class CollectedReply implements Reply {
  readonly readsStreams = false;
  readonly backlogged = false;
  readonly #events = new EventFramer();
  readonly #onGone: (() => void)[] = [];
  #streaming = false;
  #closed = false;

  constructor(
    private readonly call: ToolCallMessage,
    private readonly deliver: (answer: string) => void,
  ) {}

  get streaming(): boolean {
    return this.#streaming;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The client withdrew the call. */
  giveUp(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const tell of this.#onGone) tell();
  }

  onGone(tell: () => void): void {
    this.#onGone.push(tell);
  }

  tell(): void {}

  openStream(): void {
    this.#streaming = true;
  }

  answer(message: Buffer | string, status = 200): void {
    if (!this.#found(Buffer.from(message))) this.status(status);
  }

  async write(bytes: Buffer): Promise<void> {
    for (const { data } of this.#events.push(bytes) ?? []) if (data !== undefined) this.#found(data);
  }

  status(status: number): void {
    this.#lost(`answered with status ${status}`);
  }

  withdraw(): void {
    this.giveUp();
  }

  end(): void {
    this.#lost('ended its answer too early');
  }

  breakOff(): void {
    this.#lost('broke off');
  }

  #lost(why: string): void {
    this.#deliver(lostCallResult(this.call, why));
  }

  /** Delivers the message if it is the answer. */
  #found(message: Buffer): boolean {
    const scanned = scanMessage(message);
    if (scanned === undefined || answeredKey(message, scanned) !== this.call.key) return false;
    this.#deliver(message.toString('utf8'));
    return true;
  }

  #deliver(answer: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.deliver(answer);
  }
}
