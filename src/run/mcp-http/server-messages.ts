import { scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { errorReply, INVALID_LIST } from '../mcp/replies.js';
import type { ServerView } from '../mcp/server-view.js';
import { toolsOf } from '../mcp/tool-list.js';
import type { ParameterMarks } from './parameter-marks.js';

const OPEN_ARRAY = 0x5b;

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
    const scanned = scanMessage(message);
    if (scanned === undefined) {
      const batch = firstByte(message) === OPEN_ARRAY;
      return { view: batch ? refusedBatch() : message, scanned };
    }
    const tools = toolsOf(message, scanned);
    if (tools !== undefined) this.marks.learn(tools);
    return { view: this.view.of(message, scanned), scanned };
  }
}

/** A batch could carry a list of tools or a secret past the checks, which look at single messages. */
function refusedBatch(): string {
  return errorReply('null', INVALID_LIST, 'refused by Thoth: the server sent a JSON-RPC batch');
}

function firstByte(message: Buffer): number | undefined {
  return message.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
}
