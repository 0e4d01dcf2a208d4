import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Left {
  readonly heapMiB: number;
  readonly listeners: number;
  readonly sockets: number;
  readonly timers: number;
}

export interface Soaked {
  readonly before: Left;
  readonly after: Left;
  readonly seconds: number;
  readonly ran: number;
  readonly refused: number;
  readonly unhandled: number;
  readonly delivered: number;
  readonly dropped: number;
}

export interface FastEnforcer {
  readonly url: string;
  stop(): void;
}

/** An enforcer in a process of its own. `ingest`: milliseconds an event post takes, or `never`. */
export async function startFastEnforcer(
  env: { INGEST?: string; MIXED?: string } = {},
): Promise<FastEnforcer> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fast-enforcer.mjs')], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${port.toString().trim()}`, stop: () => void child.kill() };
}

/** Makes the calls in a process of its own with the SDK entry given: some refused, some held and approved. */
export async function soak(sdk: string, calls: number): Promise<Soaked> {
  const enforcer = await startFastEnforcer({ MIXED: '1' });
  try {
    const program = join(import.meta.dirname, 'soak-program.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program], {
      env: { PATH: process.env['PATH'] ?? '', SDK: sdk, URL: enforcer.url, CALLS: String(calls) },
    });
    return JSON.parse(stdout) as Soaked;
  } finally {
    enforcer.stop();
  }
}
