import { errorReply, INVALID_LIST } from '../mcp/replies.js';
import type { ByteSink } from './byte-sink.js';
import { scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { LineFramer } from './line-framer.js';
import type { Redactor } from '../mcp/redaction.js';
import type { ServerReplies } from './server-replies.js';
import type { ToolGuard } from '../mcp/tool-guard.js';

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
    private readonly tools: ToolGuard,
    private readonly redactor: Redactor | undefined,
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
    this.#abandon(why);
  }

  #line(line: Buffer | undefined): void {
    if (line === undefined) {
      // Whose reply it was stood in the part that is gone.
      this.#abandon('sent a message that is too long');
      return;
    }
    const scanned = scanMessage(line);
    if (scanned === undefined) {
      this.client.write(line);
      return;
    }
    const view = this.tools.view(line, scanned);
    if (view === undefined) this.inject(unreadableList(line, scanned));
    else this.client.write(this.#redacted(view, scanned));
    this.replies.settle(line, scanned);
  }

  #redacted(line: Buffer, scanned: ScannedMessage): Buffer {
    return this.redactor === undefined || scanned.spans.has('result.tools')
      ? line
      : this.redactor.redact(line);
  }

  #abandon(why: string): void {
    for (const reply of this.replies.abandon(why)) this.inject(reply);
  }
}

function unreadableList(line: Buffer, { spans }: ScannedMessage): string {
  const id = spans.get('id');
  const text = 'refused by Thoth: the tool list of the server gives a member twice or in another spelling';
  return errorReply(id === undefined ? 'null' : line.toString('utf8', id.start, id.end), INVALID_LIST, text);
}
