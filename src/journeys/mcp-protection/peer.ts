import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../errors/index.js';
import { HAS_PROCESS_GROUPS, signalGroup } from '../../run/child/process-group.js';
import { LineFramer } from '../../run/mcp-stdio/line-framer.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import type { Launch } from '../mcp-config/document.js';
import { METHOD_NOT_FOUND } from '../../run/mcp/error-codes.js';

/** How long a process may take to end by itself, and then after it was asked to: it may have holds to withdraw. */
const GRACE_MS = 2000;
const ASKED_GRACE_MS = 8000;
const MAX_STDERR = 64 * 1024;

export interface PeerOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string | undefined;
  /** Ends every wait for an answer. */
  readonly signal: AbortSignal;
}

/** The process ended, or could not be started, before it answered. */
export class PeerEnded extends Error {
  override readonly name = 'PeerEnded';

  constructor(
    /** Exit code; undefined after a signal or when it was never started. */
    readonly code: number | undefined,
    /** System code when it could not be started. */
    readonly notStarted: string | undefined,
    readonly stderr: string,
  ) {
    super('the process ended');
  }
}

/** A process that speaks MCP on its stdio, as a client without any capability of its own sees it. */
export class McpPeer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #framer = new LineFramer();
  readonly #open = new Map<number, (message: JsonObject) => void>();
  readonly #ended: Promise<PeerEnded>;
  #stderr = '';
  #nextId = 1;
  #onProgress: (() => void) | undefined;

  constructor(
    launch: Launch,
    private readonly options: PeerOptions,
  ) {
    this.#child = spawn(launch.command, launch.args, {
      env: { ...options.env },
      cwd: options.folder,
      // A group of its own, so that nothing it starts can outlive the look at it.
      detached: HAS_PROCESS_GROUPS,
    });
    const { stdin, stdout, stderr } = this.#child;
    stdin.on('error', () => undefined);
    stdout.on('data', (chunk: Buffer) => this.#framer.push(chunk, (line) => this.#line(line)));
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
    });
    this.#ended = new Promise((resolve) => {
      const end = (notStarted?: string): void =>
        resolve(new PeerEnded(this.#child.exitCode ?? undefined, notStarted, this.#stderr));
      this.#child.once('error', (error) => end(errorCode(error) ?? 'unknown'));
      this.#child.once('close', () => end());
    });
  }

  /** The whole response. @throws PeerEnded, or the reason of the signal */
  async request(method: string, params: JsonObject = {}): Promise<JsonObject> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = new Promise<JsonObject>((resolve) => this.#open.set(id, resolve));
    this.#send({ id, method, params });
    return this.#unlessOver(answer);
  }

  notify(method: string, params: JsonObject = {}): void {
    this.#send({ method, params });
  }

  /** Id of the request made last. */
  get lastId(): number {
    return this.#nextId - 1;
  }

  /** Settles at the first notification of progress. */
  progress(): Promise<void> {
    return new Promise((resolve) => {
      this.#onProgress = resolve;
    });
  }

  /** Ends the process and its group: by the end of its input, then asked, then killed. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    const gone = this.#ended.then(() => true);
    const within = (ms: number): Promise<boolean> => Promise.race([gone, sleep(ms, false, { ref: true })]);
    if (!(await within(GRACE_MS))) {
      signalGroup(this.#child, 'SIGTERM');
      await within(ASKED_GRACE_MS);
    }
    signalGroup(this.#child, 'SIGKILL');
    if (this.#child.pid !== undefined) await gone;
  }

  #send(message: JsonObject): void {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  async #unlessOver<T>(answer: Promise<T>): Promise<T> {
    const { signal } = this.options;
    signal.throwIfAborted();
    const release = new AbortController();
    try {
      return await Promise.race([
        answer,
        this.#ended.then((ended) => Promise.reject(ended)),
        once(signal, 'abort', { signal: release.signal }).then(() => Promise.reject(reasonOf(signal))),
      ]);
    } finally {
      release.abort();
    }
  }

  #line(line: Buffer | undefined): void {
    const message = line === undefined ? undefined : parse(line);
    if (message === undefined) return;
    const { id, method } = message;
    if (typeof method !== 'string') {
      if (typeof id !== 'number') return;
      this.#open.get(id)?.(message);
      this.#open.delete(id);
    } else if (method === 'notifications/progress') this.#onProgress?.();
    else if (id !== undefined) {
      const error = { code: METHOD_NOT_FOUND, message: 'not offered' };
      this.#send(method === 'ping' ? { id, result: {} } : { id, error });
    }
  }
}

function parse(line: Buffer): JsonObject | undefined {
  try {
    const message: unknown = JSON.parse(line.toString('utf8'));
    return isJsonObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('stopped');
}
