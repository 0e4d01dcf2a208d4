import type { Permit } from '../../sdk/call.js';
import type { ToolCallMessage } from './client-message.js';
import { idKey } from './client-message.js';
import { scanMessage } from './json-scan.js';
import { LineFramer } from './line-framer.js';
import { lostCallResult, lostRequestReply } from './replies.js';

/** A request that was forwarded and has not been answered. */
type Pending =
  | { readonly kind: 'request'; readonly id: string }
  | { readonly kind: 'tool-call'; readonly call: ToolCallMessage; readonly permit: Permit };

/** Follows the server's replies: ends the calls they answer, and knows what is left when the server dies. */
export class ServerReplies {
  readonly #pending = new Map<string, Pending>();
  readonly #framer = new LineFramer();

  has(key: string): boolean {
    return this.#pending.has(key);
  }

  expect(key: string, pending: Pending): void {
    this.#pending.set(key, pending);
  }

  /** The client gave up on it; a late reply is then nobody's. */
  forget(key: string): void {
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    if (pending?.kind === 'tool-call') pending.permit.finished({ outcome: 'partial' });
  }

  observe(chunk: Buffer): void {
    this.#framer.push(chunk, (line) => {
      if (line !== undefined && this.#pending.size > 0) this.#settle(line);
    });
  }

  /** Answers for everything still open, and forgets it. */
  abandon(why: string): string[] {
    const open = [...this.#pending.values()];
    this.#pending.clear();
    return open.map((pending) => {
      if (pending.kind === 'request') return lostRequestReply(pending.id, why);
      pending.permit.finished({ outcome: 'error', errorName: 'ServerGone' });
      return lostCallResult(pending.call, why);
    });
  }

  #settle(line: Buffer): void {
    const scanned = scanMessage(line);
    const id = scanned?.spans.get('id');
    if (scanned === undefined || id === undefined || scanned.spans.has('method')) return;
    const raw = line.toString('utf8', id.start, id.end);
    const key = idKey(raw.startsWith('"') ? parseText(raw) : undefined, raw);
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    this.#pending.delete(key);
    if (pending.kind !== 'tool-call') return;
    const result = scanned.spans.get('result');
    const flag = scanned.spans.get('result.isError');
    const failed =
      result === undefined ||
      (flag !== undefined && line.toString('latin1', flag.start, flag.end) === 'true');
    pending.permit.finished({
      outcome: failed ? 'error' : 'success',
      resultType: 'mcp_result',
      ...(result === undefined ? {} : { resultSizeBytes: result.end - result.start }),
    });
  }
}

function parseText(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
