import type { Permit } from '../../sdk/call.js';
import type { Account } from '../account/account.js';
import { idKey, type OpenCall } from '../mcp/client-message.js';
import type { ScannedMessage } from '../mcp/json-scan.js';
import { lostCallResult, lostRequestReply } from '../mcp/replies.js';

/** A request that was forwarded and has not been answered. */
type Pending =
  | { readonly kind: 'request'; readonly id: string }
  | {
      readonly kind: 'tool-call';
      readonly call: OpenCall;
      readonly permit: Permit;
      readonly bytes: number;
      readonly startedAt: number;
    };

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

  expectResult(key: string, call: OpenCall, permit: Permit, bytes: number): void {
    const { id, name, modern } = call;
    this.#bytes += bytes;
    const startedAt = performance.now();
    this.#expect(key, { kind: 'tool-call', call: { id, name, modern }, permit, bytes, startedAt });
  }

  /** The client gave up on it; a late reply is then nobody's. */
  forget(key: string): void {
    const pending = this.#take(key);
    if (pending?.kind === 'tool-call') this.#finish(pending, { outcome: 'partial' });
  }

  /** Ends the request that a line of the server answers. */
  settle(line: Buffer, scanned: ScannedMessage): void {
    const { spans } = scanned;
    const id = spans.get('id');
    if (this.#pending.size === 0 || id === undefined || spans.has('method')) return;
    const raw = line.toString('utf8', id.start, id.end);
    const pending = this.#take(idKey(raw.startsWith('"') ? parseText(raw) : undefined, raw));
    if (pending?.kind !== 'tool-call') return;
    const result = spans.get('result');
    const flag = spans.get('result.isError');
    const failed =
      result === undefined ||
      (flag !== undefined && line.toString('latin1', flag.start, flag.end) === 'true');
    this.#finish(pending, {
      outcome: failed ? 'error' : 'success',
      resultType: 'mcp_result',
      ...(result === undefined ? {} : { resultSizeBytes: result.end - result.start }),
    });
  }

  /** Answers for everything still open, and forgets it. */
  abandon(why: string): string[] {
    const open = [...this.#pending.keys()].map((key) => this.#take(key));
    return open.flatMap((pending) => {
      if (pending === undefined) return [];
      if (pending.kind === 'request') return [lostRequestReply(pending.id, why)];
      this.#finish(pending, { outcome: 'error', errorName: 'ServerGone' });
      return [lostCallResult(pending.call, why)];
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

  #finish(pending: Pending & { kind: 'tool-call' }, result: Parameters<Permit['finished']>[0]): void {
    pending.permit.finished(result);
    const { attestationId } = pending.permit;
    this.account.ended(
      pending.call.name,
      attestationId,
      result.outcome,
      performance.now() - pending.startedAt,
    );
  }
}

function parseText(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
