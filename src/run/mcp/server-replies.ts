import type { Permit } from '../../sdk/call.js';
import type { Account } from '../account/account.js';
import { idKey, type OpenCall } from './client-message.js';
import type { ScannedMessage } from './json-scan.js';
import { lostCallResult, lostRequestReply } from './replies.js';
import { RunningCall } from './running-call.js';

/** A request that was forwarded and has not been answered. */
type Pending =
  | { readonly kind: 'request'; readonly id: string }
  | {
      readonly kind: 'tool-call';
      readonly running: RunningCall;
      readonly bytes: number;
      readonly deliver: Deliver | undefined;
    };

/** Takes the reply in the client's place. */
export type Deliver = (reply: string) => void;

/** What the client may leave unanswered at the server before further calls are refused. */
const MAX_OPEN = 16_384;
const MAX_OPEN_BYTES = 256 * 1024 * 1024;

/** Follows the server's replies: ends the calls they answer, and knows what is left when the server dies. */
export class ServerReplies {
  readonly #pending = new Map<string, Pending>();
  #bytes = 0;

  constructor(private readonly account: Account) {}

  has(key: string): boolean {
    return this.#pending.has(key);
  }

  get full(): boolean {
    return this.#pending.size >= MAX_OPEN || this.#bytes >= MAX_OPEN_BYTES;
  }

  expectReply(key: string, id: string): void {
    if (this.#pending.size < MAX_OPEN || this.#pending.has(key)) this.#expect(key, { kind: 'request', id });
  }

  /** `deliver` gets the reply instead of the client. */
  expectResult(key: string, call: OpenCall, permit: Permit, bytes: number, deliver?: Deliver): void {
    const { id, name, modern } = call;
    this.#bytes += bytes;
    const running = new RunningCall({ id, name, modern }, permit, this.account);
    this.#expect(key, { kind: 'tool-call', running, bytes, deliver });
  }

  /** The client gave up on it; a late reply is then nobody's. */
  forget(key: string): void {
    const pending = this.#take(key);
    if (pending?.kind === 'tool-call') pending.running.ended({ outcome: 'partial' });
  }

  /** Ends the request that a line of the server answers. Says who gets it, if not the client. */
  settle(line: Buffer, scanned: ScannedMessage): Deliver | undefined {
    const key = this.#pending.size === 0 ? undefined : answeredKey(line, scanned);
    const pending = key === undefined ? undefined : this.#take(key);
    if (pending?.kind !== 'tool-call') return undefined;
    pending.running.answered(line, scanned);
    return pending.deliver;
  }

  /** Answers for everything still open, and forgets it. */
  abandon(why: string): string[] {
    const open = [...this.#pending.keys()].map((key) => this.#take(key));
    return open.flatMap((pending) => {
      if (pending === undefined) return [];
      if (pending.kind === 'request') return [lostRequestReply(pending.id, why)];
      pending.running.ended({ outcome: 'error', errorName: 'ServerGone' });
      const lost = lostCallResult(pending.running.call, why);
      if (pending.deliver === undefined) return [lost];
      pending.deliver(lost);
      return [];
    });
  }

  /** An id that is used again while it is open ends what it stood for. */
  #expect(key: string, pending: Pending): void {
    this.forget(key);
    this.#pending.set(key, pending);
  }

  #take(key: string): Pending | undefined {
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    if (pending?.kind === 'tool-call') this.#bytes -= pending.bytes;
    return pending;
  }
}

/** The key of the request that a message answers; undefined when it is no reply. */
export function answeredKey(message: Buffer, { spans }: ScannedMessage): string | undefined {
  const id = spans.get('id');
  if (id === undefined || spans.has('method')) return undefined;
  return idKey(message.toString('utf8', id.start, id.end));
}
