import { INVALID_REQUEST, PARSE_ERROR } from '../mcp/error-codes.js';
import { CallGovernor } from '../mcp/call-governor.js';
import type { CallRoute } from '../mcp/call-route.js';
import { classifyClientLine, type ToolCallMessage } from '../mcp/client-message.js';
import { traitsOfConnection, type ClientTraits } from '../mcp/client-traits.js';
import type { Governance } from '../mcp/governance.js';
import { EraBridge } from '../mcp-eras/era-bridge.js';
import { cancelledCall, errorReply } from '../mcp/replies.js';
import { ServerReplies } from '../mcp/server-replies.js';
import { ServerView } from '../mcp/server-view.js';
import type { ByteSink } from './byte-sink.js';
import { LineFramer } from './line-framer.js';
import { ServerOutput } from './server-output.js';

const TOO_MANY = 'too many calls are open at this server; wait for some of them';

/** Where the client's lines go: the input of a server, or what stands for one. */
export type ServerSide = Pick<ByteSink, 'full' | 'together' | 'write' | 'end'>;

/**
 * Stands between an MCP client and its server on stdio. Each `tools/call` is decided; everything else travels
 * on as its original bytes, in order.
 */
export class McpGateway {
  readonly #output: ServerOutput;
  readonly #server: EraBridge;
  readonly #framer = new LineFramer();
  readonly #replies: ServerReplies;
  readonly #governor: CallGovernor;
  #gone: string | undefined;
  #client: ClientTraits | undefined;

  constructor(
    governance: Governance,
    server: ServerSide,
    client: ByteSink,
    /** Told when room for further calls is free again. */
    onRoom: () => void,
  ) {
    this.#replies = new ServerReplies(governance.account);
    this.#server = new EraBridge(server, (line) => this.#output.deliver(line), governance.serverIsOlder);
    this.#output = new ServerOutput(client, this.#replies, new ServerView(governance), this.#server);
    this.#governor = new CallGovernor(governance, onRoom);
  }

  /** True while no more should be read from the client. */
  get congested(): boolean {
    return this.#server.full || this.#output.backlogged || this.#governor.full;
  }

  fromClient(chunk: Buffer): void {
    this.#server.together(() => this.#framer.push(chunk, (line) => this.#clientLine(line)));
  }

  fromServer(chunk: Buffer): void {
    this.#output.push(chunk);
  }

  /** The client closed its side: calls under decision are settled, held ones voided, then the server's side ends. */
  async clientEnded(): Promise<void> {
    const rest = this.#framer.rest();
    if (rest !== undefined) this.#clientLine(Buffer.concat([rest, Buffer.from('\n')]));
    this.#governor.voidHeld();
    await this.quiet();
    this.#server.end();
  }

  /** The server is gone: every request that it left open is answered, so that no client waits for ever. */
  serverEnded(why: string): void {
    this.#gone = why;
    this.#output.end(why);
    this.#governor.voidAll();
  }

  /** Settles when no call waits for a decision any more. */
  quiet(): Promise<void> {
    return this.#governor.quiet();
  }

  readonly #toClient: Pick<CallRoute, 'serverGone' | 'answer' | 'tell' | 'ask'> = {
    serverGone: () => this.#gone,
    answer: (message) => this.#output.inject(message),
    tell: (message) => {
      if (!this.#output.backlogged) this.#output.inject(message);
    },
    ask: (message) => this.#output.inject(message),
  };

  #clientLine(line: Buffer | undefined): void {
    if (line === undefined) {
      this.#output.inject(errorReply('null', PARSE_ERROR, 'the message is too long'));
      return;
    }
    const message = classifyClientLine(line);
    if (this.#governor.takes(message, this.#toClient)) return;
    switch (message.kind) {
      case 'refused':
        this.#output.inject(errorReply(message.id, message.code, `refused by Thoth: ${message.message}`));
        return;
      case 'cancelled':
        this.#cancelled(message.key, line);
        return;
      case 'request':
        if (message.method === 'initialize') this.#client = traitsOfConnection(message.params);
        this.#replies.expectReply(message.key, message.id);
        this.#server.write(line);
        return;
      case 'other':
        this.#server.write(line);
        return;
      case 'tool-call':
        this.#call(message, line);
    }
  }

  #call(call: ToolCallMessage, line: Buffer): void {
    const { key } = call;
    if (this.#governor.has(key) || this.#replies.has(key)) {
      const text = 'refused by Thoth: the id is in use by another request';
      this.#output.inject(errorReply(call.id, INVALID_REQUEST, text));
      return;
    }
    const route: CallRoute = {
      ...this.#toClient,
      client: this.#client,
      forward: (message, permit) => {
        this.#replies.expectResult(key, call, permit, line.length);
        permit.started();
        this.#server.write(message);
      },
      collect: (message, permit, deliver) => {
        this.#replies.expectResult(key, call, permit, line.length, deliver);
        permit.started();
        this.#server.write(message);
        return () => {
          this.#replies.forget(key);
          this.#server.write(`${cancelledCall(call.id)}\n`);
        };
      },
    };
    if (this.#replies.full) this.#governor.ruleOut(call, 'too_many_open_calls', TOO_MANY, route);
    else this.#governor.govern(key, call, line, route);
  }

  /** A call that has not reached the server is voided and not answered; any other cancellation is the server's. */
  #cancelled(key: string, line: Buffer): void {
    if (this.#governor.cancel(key)) return;
    this.#replies.forget(key);
    this.#server.write(line);
  }
}
