import { build } from 'esbuild';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../../src/run/index.js';
import type { McpHttpOptions } from '../../src/run/mcp-http/index.js';
import { until } from '../sdk/scripted-enforcer.js';

/** A run over stdio, or over HTTP when it says who may call. */
export type LaunchOptions = Omit<RunOptions, 'command'> | Omit<McpHttpOptions, 'command'>;

const BUNDLE = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
} as const;

/** A folder with the launcher bundled into one file, so that a process starts in a fraction of a second. */
export class RunHarness {
  private constructor(readonly folder: string) {}

  static async create(): Promise<RunHarness> {
    const folder = mkdtempSync(join(tmpdir(), 'thothctl-run-'));
    await build({
      ...BUNDLE,
      entryPoints: [join(import.meta.dirname, 'launcher.ts')],
      outfile: join(folder, 'launcher.mjs'),
    });
    return new RunHarness(folder);
  }

  /** Bundles a program, whose imports are relative to this folder, into one file and returns its path. */
  async program(name: string, source: string): Promise<string> {
    const outfile = join(this.folder, `${name}.mjs`);
    const stdin = { contents: source, resolveDir: import.meta.dirname, loader: 'ts' } as const;
    await build({ ...BUNDLE, stdin, outfile });
    return outfile;
  }

  /** Writes a file into the folder and returns its path. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Arguments that start the launcher with these options and this command. */
  argv(options: LaunchOptions, command: readonly string[]): string[] {
    const file = this.file(`options-${Math.random().toString(36).slice(2)}.json`, JSON.stringify(options));
    return [join(this.folder, 'launcher.mjs'), file, ...command];
  }

  start(
    options: LaunchOptions,
    command: readonly string[],
    env: Record<string, string> = {},
  ): RunningCommand {
    const child = spawn(process.execPath, this.argv(options, command), {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    return new RunningCommand(child);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class RunningCommand {
  #out: Buffer[] = [];
  #err: Buffer[] = [];
  readonly ended: Promise<number | null>;

  constructor(readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.on('data', (chunk: Buffer) => this.#out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => this.#err.push(chunk));
    child.stdin.on('error', () => undefined);
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  get out(): Buffer {
    return Buffer.concat(this.#out);
  }

  get err(): string {
    return Buffer.concat(this.#err).toString('utf8');
  }

  get lines(): string[] {
    return this.out
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  send(text: string | Buffer): void {
    this.child.stdin.write(text);
  }

  /** Ends it at once, whatever it is doing. */
  async kill(): Promise<void> {
    this.child.stdin.end();
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Address of the endpoint, once it serves. */
  async address(): Promise<string> {
    let found: string | undefined;
    await until(() => {
      found = /^at (\S+)$/m.exec(this.err)?.[1];
      return found !== undefined || this.child.exitCode !== null;
    });
    if (found === undefined) throw new Error(`it ended instead of listening: ${this.err}`);
    return found;
  }

  async untilLines(count: number): Promise<string[]> {
    await until(() => this.lines.length >= count).catch((error: unknown) => {
      throw new Error(`got ${this.lines.length} lines of ${count}; stderr: ${this.err}`, { cause: error });
    });
    return this.lines;
  }

  /** Reply with this id. */
  async reply(id: number | string): Promise<Record<string, unknown>> {
    return JSON.parse(await this.rawReply(id)) as Record<string, unknown>;
  }

  /** The line that replies to this id, as it came. */
  async rawReply(id: number | string): Promise<string> {
    let found: string | undefined;
    await until(() => {
      found = this.lines.find((line) => {
        const message = JSON.parse(line) as Record<string, unknown>;
        return message['id'] === id && !('method' in message);
      });
      return found !== undefined;
    }).catch((error: unknown) => {
      throw new Error(`no reply to ${id}; stderr: ${this.err}`, { cause: error });
    });
    return found ?? '';
  }
}

/** True while a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
