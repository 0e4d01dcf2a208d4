import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import type { Shell } from './shell.js';
import type { Workspace } from './workspace.js';

export interface ServerProcess {
  readonly url: string;
  readonly tenantId: string;
  readonly pid: number;
  stop(): Promise<void>;
  /** Lets the process live on after the story. */
  keep(): void;
}

const START_LIMIT_MS = 20_000;

/** Starts `thothctl server start` as a process of its own and waits for its ready file. */
export async function startServerProcess(shell: Shell, workspace: Workspace): Promise<ServerProcess> {
  const readyFile = join(workspace.root, 'ready.json');
  const child = spawn(
    shell.node,
    [...shell.entry, 'server', 'start', '--port', '0', '--data', workspace.data, '--ready-file', readyFile],
    { env: shell.env, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-2_000)));

  const ready = await untilReady(readyFile, child, () => said);
  return {
    ...ready,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await closed;
    },
    keep: () => {
      child.stderr.destroy();
      child.unref();
    },
  };
}

async function untilReady(
  file: string,
  child: ChildProcess,
  said: () => string,
): Promise<{ url: string; tenantId: string; pid: number }> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const ready = await readFile(file, 'utf8').then(readReady, () => undefined);
    if (ready) return ready;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new ThothctlError({
    code: 'server_not_ready',
    exit: 'unavailable',
    message: `the control plane did not become ready: ${said().trim().split('\n').at(-1) ?? 'it said nothing'}`,
  });
}

function readReady(text: string): { url: string; tenantId: string; pid: number } | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { url, tenant_id: tenantId, pid } = value as Record<string, unknown>;
  if (typeof url !== 'string' || typeof tenantId !== 'string' || typeof pid !== 'number') return undefined;
  return { url, tenantId, pid };
}
