import {
  HEADER_MISMATCH,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  MISSING_CAPABILITY,
  PARSE_ERROR,
  UNSUPPORTED_VERSION,
} from '../mcp/error-codes.js';
import { answeredKey } from '../mcp/server-replies.js';
import { rawAt, scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { cancelledCall } from '../mcp/replies.js';
import { withValues } from '../mcp/members.js';
import { answerLost, type Asked, type Outgoing } from './backend.js';
import type { Reply } from './client-reply.js';
import {
  askRevisions,
  FIRST_MODERN,
  revisionsIn,
  SUBSCRIPTION_KEY,
  unsupportedRevision,
} from '../mcp/revisions.js';
import { ServedProcess, type ProcessLaunch } from './served-process.js';
import type { ServerMessages } from './server-messages.js';

const TOKEN = 'params._meta.progressToken';
/** A server of the older protocol alone may not answer what comes before a session. */
const SILENT_MS = 10_000;

interface OpenRequest {
  readonly asked: Asked;
  readonly reply: Reply;
  readonly listens: boolean;
  /** Id and progress token as the client wrote them. */
  readonly id: string;
  readonly token: string | undefined;
}

/**
 * One server for all requests of the newer protocol, which know no sessions. Clients choose their ids without knowing of
 * each other, so on the way to the server each request gets a number of ours, and no client ever sees another's answer.
 */
export class SharedServer {
  readonly #open = new Map<string, OpenRequest>();
  #process: Promise<ServedProcess> | undefined;
  #running: ServedProcess | undefined;
  #last = 0;
  /** Asked for once, when a client first names another revision than ours. */
  #revisions: Promise<readonly string[] | undefined> | undefined;
  #question: { readonly number: string; settle(answer?: Buffer): void } | undefined;

  constructor(
    private readonly program: ProcessLaunch,
    private readonly messages: ServerMessages,
  ) {}

  async send(outgoing: Outgoing): Promise<void> {
    const { bytes, reply, asked, message } = outgoing;
    const scanned = scanMessage(bytes);
    if (scanned === undefined || message.kind === 'cancelled') return reply.status(202);
    if (asked.key === undefined) {
      (await this.#server()).write(bytes);
      return reply.status(202);
    }
    const { version = FIRST_MODERN } = outgoing.envelope;
    const supported = version === FIRST_MODERN ? undefined : await this.#supported();
    if (supported?.includes(version) === false) {
      // A server on stdio looks at the revision only once, and its process is shared.
      asked.running?.ended({ outcome: 'error', errorName: 'UnsupportedProtocolVersion' });
      const id = rawAt(bytes, scanned, 'id') ?? 'null';
      return reply.answer(unsupportedRevision(id, version, supported), 400);
    }
    // It may have ended over the question.
    const server = await this.#server();
    const number = String((this.#last += 1));
    const open = { asked, reply, listens: outgoing.envelope.method === 'subscriptions/listen' };
    const [id = 'null', token] = ['id', TOKEN].map((path) => rawAt(bytes, scanned, path));
    this.#open.set(number, { ...open, id, token });
    const drop = (): void => this.#closed(number, server);
    if (reply.closed) return drop();
    reply.onGone(drop);
    server.write(withValues(bytes, scanned, { id: number, [TOKEN]: number }));
  }

  get backlogged(): boolean {
    return this.#running?.backlogged === true;
  }

  async end(): Promise<void> {
    const server = await this.#process?.catch(() => undefined);
    await server?.end();
  }

  /** Started on first use, and again when it ended. */
  #server(): Promise<ServedProcess> {
    this.#process ??= ServedProcess.start(this.program, {
      onMessage: (message) => this.#said(message),
      onEnd: (why) => this.#ended(why),
    })
      .then((server) => (this.#running = server))
      .catch((error: unknown) => {
        this.#process = undefined;
        throw error;
      });
    return this.#process;
  }

  /** Revisions of the server; undefined when it does not say. */
  async #supported(): Promise<readonly string[] | undefined> {
    const server = await this.#server();
    this.#revisions ??= new Promise((resolve) => {
      const number = String((this.#last += 1));
      this.#question = { number, settle: (answer) => resolve(answer && revisionsIn(answer)) };
      setTimeout(() => resolve(undefined), SILENT_MS).unref();
      server.write(askRevisions(number));
    });
    return this.#revisions;
  }

  /** The client closed the response: that is how it cancels. */
  #closed(number: string, server: ServedProcess): void {
    const open = this.#open.get(number);
    if (open === undefined) return;
    this.#open.delete(number);
    open.asked.running?.ended({ outcome: 'partial' });
    server.write(cancelledCall(number));
  }

  #said(message: Buffer): void {
    const scanned = scanMessage(message);
    if (scanned === undefined) return;
    const key = answeredKey(message, scanned);
    if (key !== undefined) return this.#answered(key, message, scanned);
    const open = this.#meant(message, scanned);
    if (open === undefined) return;
    const own = withValues(message, scanned, {
      'params.progressToken': open.token,
      [`params._meta.${SUBSCRIPTION_KEY}`]: open.id,
    });
    // A client that does not read loses the connection, which cancels its request.
    if (open.reply.backlogged) open.reply.breakOff();
    else open.reply.tell(this.messages.judge(own).view);
  }

  #answered(key: string, message: Buffer, scanned: ScannedMessage): void {
    const number = key.slice(2);
    if (number === this.#question?.number) return this.#question.settle(message);
    const open = this.#open.get(number);
    if (open === undefined) return;
    this.#open.delete(number);
    const own = withValues(message, scanned, { id: open.id, [`result._meta.${SUBSCRIPTION_KEY}`]: open.id });
    const { view, scanned: ownScanned } = this.messages.judge(own);
    if (ownScanned !== undefined) open.asked.running?.answered(own, ownScanned);
    open.reply.answer(view, statusOf(own, ownScanned));
  }

  /** The request that a message belongs to: the one it names, else the only one there is. */
  #meant(message: Buffer, scanned: ScannedMessage): OpenRequest | undefined {
    const named =
      rawAt(message, scanned, `params._meta.${SUBSCRIPTION_KEY}`) ??
      rawAt(message, scanned, 'params.progressToken');
    if (named !== undefined) return this.#open.get(named.replaceAll('"', ''));
    const asking = [...this.#open.values()].filter(({ listens }) => !listens);
    return asking.length === 1 ? asking[0] : undefined;
  }

  #ended(why: string): void {
    this.#process = undefined;
    this.#running = undefined;
    this.#revisions = undefined;
    this.#question?.settle();
    for (const { asked, reply } of this.#open.values()) {
      answerLost(why, reply, asked);
    }
    this.#open.clear();
  }
}

/** Errors of the protocol itself have a status of their own; those of a tool or handler travel in an ordinary answer. */
const STATUS: Readonly<Record<string, number>> = {
  [PARSE_ERROR]: 400,
  [INVALID_REQUEST]: 400,
  [METHOD_NOT_FOUND]: 404,
  [HEADER_MISMATCH]: 400,
  [MISSING_CAPABILITY]: 400,
  [UNSUPPORTED_VERSION]: 400,
};

function statusOf(message: Buffer, scanned: ScannedMessage | undefined): number {
  const code = scanned && rawAt(message, scanned, 'error.code');
  return (code === undefined ? undefined : STATUS[code]) ?? 200;
}
