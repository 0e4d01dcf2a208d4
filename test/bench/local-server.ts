import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const BIN = new URL('../../bin/run.cjs', import.meta.url).pathname;

/** A control plane of the built package in a process of its own, with a home of its own. */
export interface BenchServer {
  readonly url: string;
  readonly tenantId: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  cli(args: readonly string[]): Promise<string>;
  /** Processor time of the server so far, in milliseconds; undefined where the system does not tell. */
  processorTime(): number | undefined;
  /** The most memory it has held so far, in bytes; undefined where the system does not tell. */
  mostMemory(): number | undefined;
  stop(): Promise<void>;
}

/** With `seed`, the server is stopped once it has made its data directory, and starts again on what was put there. */
export async function startBenchServer(
  seed?: (dataDir: string, tenantId: string) => Promise<void>,
): Promise<BenchServer> {
  const home = mkdtempSync(join(tmpdir(), 'thothctl-bench-'));
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, THOTHCTL_CONFIG_DIR: join(home, 'config') };
  delete env['NODE_EXTRA_CA_CERTS'];
  const readyFile = join(home, 'ready.json');
  const data = join(home, 'data');
  const start = () =>
    spawn(
      process.execPath,
      [BIN, 'server', 'start', '--port', '0', '--data', data, '--ready-file', readyFile],
      { env, stdio: 'ignore' },
    );
  let child = start();
  let ready = await untilReady(readyFile);
  if (seed !== undefined) {
    await stopped(child);
    rmSync(readyFile, { force: true });
    await seed(data, ready.tenantId);
    child = start();
    ready = await untilReady(readyFile);
  }
  return {
    ...ready,
    home,
    env,
    cli: async (args) => {
      const { stdout } = await promisify(execFile)(process.execPath, [BIN, ...args], {
        env,
        maxBuffer: 64e6,
      });
      return stdout;
    },
    processorTime: () => processorTime(child.pid),
    mostMemory: () => mostMemory(child.pid),
    stop: async () => {
      await stopped(child);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await closed;
}

/** The kernel counts in hundredths of a second, after a name that may hold anything but a closing bracket. */
function processorTime(pid: number | undefined): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

function mostMemory(pid: number | undefined): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

async function untilReady(file: string): Promise<{ url: string; tenantId: string }> {
  for (let tries = 0; tries < 500; tries++) {
    try {
      const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (typeof value === 'object' && value !== null && 'url' in value && 'tenant_id' in value) {
        return { url: String(value.url), tenantId: String(value.tenant_id) };
      }
    } catch {
      // Not written yet.
    }
    await sleep(20);
  }
  throw new Error('the control plane did not become ready');
}

/** An execute key of the organization, as text. */
export async function executeKey(server: BenchServer): Promise<string> {
  const created: unknown = JSON.parse(
    await server.cli(['api-keys', 'create', '--organization', '--permission', 'execute', '--json']),
  );
  if (typeof created === 'object' && created !== null && 'api_key' in created) return String(created.api_key);
  throw new Error('no key in the reply');
}
