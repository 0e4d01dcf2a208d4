import { scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { unjudgedReply } from '../mcp/replies.js';
import { mayHoldMessages } from '../mcp/unframed.js';
import type { ServerView } from '../mcp/server-view.js';
import { toolsOf } from '../mcp/tool-list.js';
import type { ParameterMarks } from './parameter-marks.js';

/** A message of the server after it was judged. */
export interface JudgedMessage {
  /** What the client gets: the very buffer that came when nothing had to change. */
  readonly view: Buffer | string;
  /** Undefined when it is no JSON object. */
  readonly scanned: ScannedMessage | undefined;
}

/** Judges what a server sends over HTTP, message by message, and learns from its lists of tools. */
export class ServerMessages {
  constructor(
    private readonly view: ServerView,
    private readonly marks: ParameterMarks,
  ) {}

  judge(message: Buffer): JudgedMessage {
    // A zero byte is no JSON; a client that goes by the charset of the response may read another text.
    const scanned = message.includes(0) ? undefined : scanMessage(message);
    if (scanned === undefined) {
      return { view: mayHoldMessages(message) ? unjudgedReply() : message, scanned };
    }
    const tools = toolsOf(message, scanned);
    if (tools !== undefined) this.marks.learn(tools);
    return { view: this.view.of(message, scanned), scanned };
  }
}
