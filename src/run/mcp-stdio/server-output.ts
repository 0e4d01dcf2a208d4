import type { ByteSink } from './byte-sink.js';
import { scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { unjudgedReply } from '../mcp/replies.js';
import { mayHoldMessages, withoutMark } from '../mcp/unframed.js';
import { LineFramer } from './line-framer.js';
import type { ServerReplies } from '../mcp/server-replies.js';
import type { ServerView } from '../mcp/server-view.js';
import type { EraBridge } from '../mcp-eras/era-bridge.js';

const MAX_BACKLOG = 4 * 1024 * 1024;

/**
 * What the client reads: the server's messages, each whole, as its original bytes unless a tool list is narrowed or a
 * secret taken out. Whole, because a message of which a part has left can no longer be judged.
 */
export class ServerOutput {
  readonly #framer = new LineFramer();

  constructor(
    private readonly client: ByteSink,
    private readonly replies: ServerReplies,
    private readonly view: ServerView,
    private readonly eras: Pick<EraBridge, 'takes' | 'serverEnded'>,
  ) {}

  /** More waits for the client than the server alone could cause: it asks without reading the answers. */
  get backlogged(): boolean {
    return this.client.backlog > MAX_BACKLOG;
  }

  push(chunk: Buffer): void {
    this.client.together(() => this.#framer.push(chunk, (line) => this.#line(line)));
  }

  /** Adds one message of our own. */
  inject(message: string): void {
    this.client.write(`${message}\n`);
  }

  /** The server will write no more: what it left unfinished is ended, and everything open is answered. */
  end(why: string): void {
    const rest = this.#framer.rest();
    if (rest !== undefined) this.#line(Buffer.concat([rest, Buffer.from('\n')]));
    this.eras.serverEnded();
    this.#abandon(why);
  }

  #line(framed: Buffer | undefined): void {
    const line = framed && withoutMark(framed);
    if (line === undefined) {
      // Whose reply it was stood in the part that is gone.
      this.#abandon('sent a message that is too long');
      return;
    }
    const scanned = scanMessage(line);
    if (scanned === undefined) {
      if (mayHoldMessages(line)) this.inject(unjudgedReply());
      else this.client.write(line);
    } else if (!this.eras.takes(line, scanned)) this.#judge(line, scanned);
  }

  /** Adds one line on behalf of the server, judged as its own are. */
  deliver(line: Buffer): void {
    const scanned = scanMessage(line);
    if (scanned !== undefined) this.#judge(line, scanned);
  }

  #judge(line: Buffer, scanned: ScannedMessage): void {
    const view = this.view.of(line, scanned);
    const deliver = this.replies.settle(line, scanned);
    if (deliver !== undefined) deliver(view.toString());
    else if (typeof view === 'string') this.inject(view);
    else this.client.write(view);
  }

  #abandon(why: string): void {
    for (const reply of this.replies.abandon(why)) this.inject(reply);
  }
}
