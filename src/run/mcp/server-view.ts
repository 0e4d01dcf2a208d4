import { INTERNAL_ERROR } from './error-codes.js';
import type { Governance } from './governance.js';
import type { ScannedMessage } from './json-scan.js';
import type { Redactor } from './redaction.js';
import { errorReply } from './replies.js';
import type { ToolGuard } from './tool-guard.js';

/** A server's messages as its client may see them. */
export class ServerView {
  readonly #tools: ToolGuard;
  readonly #redactor: Redactor | undefined;

  constructor({ tools, redactor }: Pick<Governance, 'tools' | 'redactor'>) {
    this.#tools = tools;
    this.#redactor = redactor;
  }

  /**
   * The message in its original bytes, unless a tool list is narrowed or a secret taken out; as text, without framing, when
   * an error of our own stands in its place.
   */
  of(message: Buffer, scanned: ScannedMessage): Buffer | string {
    const view = this.#tools.view(message, scanned);
    if (view === undefined) return unreadableList(message, scanned);
    return this.#redactor === undefined || scanned.spans.has('result.tools')
      ? view
      : this.#redactor.redact(view);
  }
}

function unreadableList(message: Buffer, { spans }: ScannedMessage): string {
  const id = spans.get('id');
  const text = 'refused by Thoth: the message of the server can be read in more than one way';
  return errorReply(
    id === undefined || spans.has('method') ? 'null' : message.toString('utf8', id.start, id.end),
    INTERNAL_ERROR,
    text,
  );
}
