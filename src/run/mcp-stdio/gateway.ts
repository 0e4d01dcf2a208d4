import type { Permit } from '../../sdk/call.js';
import type { Session } from '../../sdk/session.js';
import { isJsonObject } from '../../sdk/vocabulary.js';
import type { ByteSink } from './byte-sink.js';
import { ClientOutput } from './client-output.js';
import { classifyClientLine, INVALID_REQUEST, PARSE_ERROR, type ToolCallMessage } from './client-message.js';
import { LineFramer } from './line-framer.js';
import { errorReply, lostCallResult, refusedResult, waitingProgress } from './replies.js';
import { rewriteArguments } from './rewrite-arguments.js';
import { ServerReplies } from './server-replies.js';

const PROGRESS_INTERVAL_MS = 5000;

/** Calls that may wait for a decision before the client is no longer read. Held calls do not count. */
const MAX_DECIDING = 256;
const MAX_HELD = 1024;

interface Deciding {
  readonly abort: AbortController;
  held: boolean;
  cancelled: boolean;
}

/**
 * Stands between an MCP client and its server on stdio. Each `tools/call` is decided; everything else travels
 * on as its original bytes, in order. A call that waits for an approver holds up nothing but itself.
 */
export class McpGateway {
  readonly #toClient: ClientOutput;
  readonly #framer = new LineFramer();
  readonly #replies = new ServerReplies();
  readonly #deciding = new Map<string, Deciding>();
  #held = 0;
  #gone: string | undefined;
  #settled: (() => void)[] = [];

  constructor(
    private readonly session: Session,
    private readonly server: ByteSink,
    client: ByteSink,
    /** Told when room for further calls is free again. */
    private readonly onRoom: () => void,
  ) {
    this.#toClient = new ClientOutput(client);
  }

  /** True while no more should be read from the client. */
  get congested(): boolean {
    return this.server.full || this.#deciding.size - this.#held >= MAX_DECIDING;
  }

  fromClient(chunk: Buffer): void {
    this.server.together(() => this.#framer.push(chunk, (line) => this.#clientLine(line)));
  }

  fromServer(chunk: Buffer): void {
    this.#toClient.forward(chunk);
    this.#replies.observe(chunk);
  }

  /** The client closed its side: calls under decision are settled, held ones voided, then the server's side ends. */
  async clientEnded(): Promise<void> {
    const rest = this.#framer.rest();
    if (rest !== undefined) this.#clientLine(Buffer.concat([rest, Buffer.from('\n')]));
    for (const each of this.#deciding.values()) if (each.held) each.abort.abort();
    await this.quiet();
    this.server.end();
  }

  /** The server is gone: every request that it left open is answered, so that no client waits for ever. */
  serverEnded(why: string): void {
    this.#gone = why;
    this.#toClient.endLine();
    for (const reply of this.#replies.abandon(why)) this.#toClient.inject(reply);
    for (const each of this.#deciding.values()) each.abort.abort();
  }

  /** Settles when no call waits for a decision any more. */
  async quiet(): Promise<void> {
    while (this.#deciding.size > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  #clientLine(line: Buffer | undefined): void {
    if (line === undefined) {
      this.#toClient.inject(errorReply('null', PARSE_ERROR, 'the message is too long'));
      return;
    }
    const message = classifyClientLine(line);
    switch (message.kind) {
      case 'refused':
        this.#toClient.inject(errorReply(message.id, message.code, `refused by Thoth: ${message.message}`));
        return;
      case 'cancelled':
        this.#cancelled(message.key, line);
        return;
      case 'request':
        this.#replies.expect(message.key, { kind: 'request', id: message.id });
        this.server.write(line);
        return;
      case 'other':
        this.server.write(line);
        return;
      case 'tool-call':
        if (this.#deciding.has(message.key) || this.#replies.has(message.key)) {
          const text = 'refused by Thoth: the id is in use by another request';
          this.#toClient.inject(errorReply(message.id, INVALID_REQUEST, text));
        } else void this.#govern(message, line);
    }
  }

  /** A call that has not reached the server is voided and not answered; any other cancellation is the server's. */
  #cancelled(key: string, line: Buffer): void {
    const deciding = this.#deciding.get(key);
    if (deciding === undefined) {
      this.#replies.forget(key);
      this.server.write(line);
      return;
    }
    deciding.cancelled = true;
    deciding.abort.abort();
  }

  async #govern(call: ToolCallMessage, line: Buffer): Promise<void> {
    const deciding: Deciding = { abort: new AbortController(), held: false, cancelled: false };
    this.#deciding.set(call.key, deciding);
    let progress: NodeJS.Timeout | undefined;
    try {
      const permit = await this.session.authorize({
        toolName: call.name,
        values: call.args === undefined ? [] : [call.args],
        mapModified: (modified) => [modified],
        signal: deciding.abort.signal,
        onHold: () => {
          progress = this.#hold(deciding, call);
        },
      });
      if (!deciding.cancelled) this.#forward(call, line, permit);
    } catch (error) {
      if (!deciding.cancelled) this.#refuse(call, error);
    } finally {
      clearInterval(progress);
      this.#deciding.delete(call.key);
      if (deciding.held) this.#held -= 1;
      for (const wake of this.#settled.splice(0)) wake();
      this.onRoom();
    }
  }

  #forward(call: ToolCallMessage, line: Buffer, permit: Permit): void {
    if (this.#gone !== undefined) {
      this.#toClient.inject(lostCallResult(call, this.#gone));
      return;
    }
    const [changed] = permit.replacedArguments ?? [];
    this.#replies.expect(call.key, { kind: 'tool-call', call, permit });
    permit.started();
    this.server.write(isJsonObject(changed) ? rewriteArguments(line, call, changed) : line);
  }

  #refuse(call: ToolCallMessage, error: unknown): void {
    this.#toClient.inject(
      this.#gone === undefined ? refusedResult(call, error) : lostCallResult(call, this.#gone),
    );
  }

  #hold(deciding: Deciding, call: ToolCallMessage): NodeJS.Timeout | undefined {
    deciding.held = true;
    this.#held += 1;
    if (this.#held > MAX_HELD) deciding.abort.abort();
    this.onRoom();
    const { progressToken } = call;
    if (progressToken === undefined) return undefined;
    let step = 0;
    const tell = (): void => {
      step += 1;
      this.#toClient.inject(waitingProgress(progressToken, step));
    };
    tell();
    return setInterval(tell, PROGRESS_INTERVAL_MS);
  }
}
