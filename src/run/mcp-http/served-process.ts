import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import { endGroup } from '../child/clean-up.js';
import { launch, type Launch } from '../child/launch.js';
import { HAS_PROCESS_GROUPS, signalGroup } from '../child/process-group.js';
import { endingOf, exitStatus } from '../exit-status.js';
import { ByteSink } from '../mcp-stdio/byte-sink.js';
import { LineFramer } from '../mcp-stdio/line-framer.js';
import { oneLine } from '../mcp/one-line.js';

/** What a server gets to end by itself once its input is closed. */
const CLOSING_MS = 2000;
const MAX_BACKLOG = 16 * 1024 * 1024;

export type ProcessLaunch = Pick<Launch, 'command' | 'env'>;

export interface ProcessEvents {
  /** One message of the server, without its line end. */
  onMessage(message: Buffer): void;
  /** It is gone, in words: `exited with code 1`. Told once. */
  onEnd(why: string): void;
}

/** An MCP server on stdio that we have started. */
export class ServedProcess {
  readonly #input: ByteSink;
  readonly #ended: Promise<void>;
  readonly #killChild = (): void => void signalGroup(this.child, 'SIGKILL');

  private constructor(
    private readonly child: ChildProcess,
    events: ProcessEvents,
  ) {
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null)
      throw new ThothctlError({
        code: 'child_not_started',
        message: 'The server was started without pipes to talk to it.',
        exit: 'runFailed',
      });
    this.#input = new ByteSink(stdin, () => undefined);
    const framer = new LineFramer();
    stdout.on('data', (chunk: Buffer) => {
      framer.push(chunk, (line) => {
        if (line !== undefined) return events.onMessage(line.subarray(0, -1));
        // Whose reply it was stood in the part that is gone.
        signalGroup(child, 'SIGKILL');
      });
    });
    process.on('exit', this.#killChild);
    this.#ended = Promise.all([
      once(child, 'exit'),
      Promise.race([once(stdout, 'close'), once(child, 'close')]),
    ]).then(() => {
      process.removeListener('exit', this.#killChild);
      events.onEnd(endingOf(exitStatus(child.exitCode, child.signalCode)));
    });
  }

  /** @throws ThothctlError exit 126 or 127 when it cannot be started. */
  static async start(program: ProcessLaunch, events: ProcessEvents): Promise<ServedProcess> {
    const child = await launch({
      ...program,
      stdio: ['pipe', 'pipe', 'inherit'],
      ownGroup: HAS_PROCESS_GROUPS,
    });
    return new ServedProcess(child, events);
  }

  /** The server reads less than clients write. */
  get backlogged(): boolean {
    return this.#input.backlog > MAX_BACKLOG;
  }

  /** Writes one message as one line. */
  write(message: Buffer | string): void {
    this.#input.write(oneLine(typeof message === 'string' ? Buffer.from(message) : message));
  }

  /** Closes its input, and ends what is left of it after a while. */
  async end(): Promise<void> {
    this.#input.end();
    const waited = new AbortController();
    await Promise.race([
      this.#ended,
      sleep(CLOSING_MS, undefined, { signal: waited.signal }).catch(() => undefined),
    ]);
    waited.abort();
    await endGroup(this.child);
  }
}
