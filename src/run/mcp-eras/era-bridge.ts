import { randomUUID } from 'node:crypto';
import { isJsonObject } from '../../sdk/vocabulary.js';
import { idKey } from '../mcp/client-message.js';
import { rawAt, scanMessage, type ScannedMessage } from '../mcp/json-scan.js';
import { answeredKey } from '../mcp/server-replies.js';
import type { ServerSide } from '../mcp-stdio/gateway.js';
import { NewerServer, type Opening } from './newer-server.js';
import { askRevisions, FIRST_MODERN, revisionsIn } from '../mcp/revisions.js';
import { OlderServer } from './older-server.js';
import type { Sides, Translation } from './translation.js';

/** A server that refused the session gets this long to say what it speaks instead. */
const DISCOVER_MS = 10_000;

/** What the client opened its session with, while that is not settled. */
interface Pending extends Opening {
  readonly key: string;
}

/** The question what the server speaks, and what waits for the answer. */
interface Probe {
  readonly key: string;
  /** The server's answer to `initialize`, which the client gets if there is nothing better. */
  readonly refusal: Buffer;
  readonly waiting: (Buffer | string)[];
  readonly limit: NodeJS.Timeout;
}

/**
 * The server as a client of either era sees it. Nothing is touched as long as the two understand each other, which the first
 * messages show: only when a server turns `initialize` down and then says that it speaks the newer protocol, or is known to speak
 * the older and was not greeted by it, is there anything to translate. What passes here towards the server has been decided; what it answers is judged afterwards.
 */
export class EraBridge implements ServerSide {
  #settled = false;
  #opening: Pending | undefined;
  #probe: Probe | undefined;
  #translation: Translation | undefined;
  readonly #sides: Sides = {
    toServer: (line) => this.server.write(line),
    toClient: (line) => this.toClient(bufferOf(line)),
  };

  constructor(
    private readonly server: ServerSide,
    private readonly toClient: (line: Buffer) => void,
    /** The server is known to speak no newer protocol. */
    private readonly serverIsOlder: boolean,
  ) {}

  get full(): boolean {
    return this.server.full;
  }

  together(work: () => void): void {
    this.server.together(work);
  }

  end(): void {
    this.server.end();
  }

  write(line: Buffer | string): void {
    if (this.#probe !== undefined) return void this.#probe.waiting.push(line);
    const known = this.#settled || this.#translation !== undefined;
    if (!known && this.#opening === undefined) this.#watch(bufferOf(line));
    if (this.#translation === undefined) this.server.write(line);
    else this.#translation.fromClient(bufferOf(line));
  }

  /** True when a line of the server is no business of the client in this form. */
  takes(line: Buffer, scanned: ScannedMessage): boolean {
    if (this.#translation !== undefined) {
      this.#translation.fromServer(line, scanned);
      return true;
    }
    const key = this.#opening === undefined ? undefined : answeredKey(line, scanned);
    if (key === undefined) return false;
    if (key === this.#probe?.key) {
      this.#discovered(line, scanned);
      return true;
    }
    if (key !== this.#opening?.key || this.#probe !== undefined) return false;
    if (!scanned.spans.has('error')) {
      this.#settle();
      return false;
    }
    this.#discover(line);
    return true;
  }

  /** The server is gone: what it said last is still told. */
  serverEnded(): void {
    if (this.#probe !== undefined) this.#giveUp(this.#probe);
  }

  /** A client that knows both eras asks with `server/discover` first, and may open a session afterwards. */
  #watch(line: Buffer): void {
    const scanned = scanMessage(line);
    const message: unknown = scanned && JSON.parse(line.toString('utf8'));
    if (scanned === undefined || !isJsonObject(message)) return;
    const { method, params } = message;
    const raw = rawAt(line, scanned, 'id');
    if (method === 'initialize' && raw !== undefined) {
      this.#opening = { id: raw, key: idKey(raw), params: isJsonObject(params) ? params : {} };
    } else if (this.serverIsOlder && raw !== undefined && method !== undefined) {
      this.#translation = new OlderServer(this.#sides);
    } else if (method !== undefined && method !== 'server/discover') this.#settle();
  }

  #discover(refusal: Buffer): void {
    const id = `thoth-${randomUUID()}`;
    const probe: Probe = {
      key: `s:${id}`,
      refusal,
      waiting: [],
      limit: setTimeout(() => this.#giveUp(probe), DISCOVER_MS),
    };
    this.#probe = probe;
    this.server.write(`${askRevisions(JSON.stringify(id))}\n`);
  }

  #discovered(line: Buffer, scanned: ScannedMessage): void {
    const probe = this.#probe;
    const opening = this.#opening;
    if (probe === undefined || opening === undefined) return;
    const result: unknown = JSON.parse(rawAt(line, scanned, 'result') ?? 'null');
    if (!isJsonObject(result) || revisionsIn(line)?.includes(FIRST_MODERN) !== true)
      return this.#giveUp(probe);
    const translation = new NewerServer(this.#sides, opening, result);
    this.#translation = translation;
    this.#leave(probe);
    translation.begin();
    for (const each of probe.waiting) translation.fromClient(bufferOf(each));
  }

  #giveUp(probe: Probe): void {
    if (this.#probe !== probe) return;
    this.#leave(probe);
    this.toClient(probe.refusal);
    for (const each of probe.waiting) this.server.write(each);
  }

  #leave({ limit }: Probe): void {
    clearTimeout(limit);
    this.#probe = undefined;
    this.#settle();
  }

  #settle(): void {
    this.#settled = true;
    this.#opening = undefined;
  }
}

function bufferOf(line: Buffer | string): Buffer {
  return typeof line === 'string' ? Buffer.from(line) : line;
}
