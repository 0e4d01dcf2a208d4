import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folder of package.json. */
export const ROOT = join(import.meta.dirname, '../..');
/** The production entry, over the built chunks. */
export const BIN = join(ROOT, 'bin/run.cjs');

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Text on stdin; without it stdin is closed at once. */
  readonly stdin?: string;
  readonly cwd?: string;
  /** Reuse the home of another call, so that contexts and credentials persist. */
  readonly home?: string;
  readonly timeoutMs?: number;
  /** Run something else than the built bin, for example a stock oclif entry. */
  readonly entry?: readonly string[];
}

export interface CliResult {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home of its own with file credentials; nothing of the caller's environment but PATH. */
export function cliEnvironment(
  home: string,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    THOTHCTL_CREDENTIAL_STORE: 'file',
    // A server started this way holds its replies against the contract.
    THOTHCTL_VALIDATE_RESPONSES: '1',
    ...extra,
  };
}

export async function temporaryHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'thothctl-home-'));
}

/** Runs the built command line in a process of its own; argv reaches it exactly as given. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const home = options.home ?? (await temporaryHome());
  const child = spawn(process.execPath, [...(options.entry ?? [BIN]), ...args], {
    cwd: options.cwd ?? home,
    env: cliEnvironment(home, options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 50_000,
    killSignal: 'SIGKILL',
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A command that reads no stdin may be gone before the text is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const [exit, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, name) => resolve([code, name]));
  });
  if (options.home === undefined) await rm(home, { recursive: true, force: true });
  return {
    exit,
    signal,
    stdout: Buffer.concat(out).toString('utf8'),
    stderr: Buffer.concat(err).toString('utf8'),
  };
}
