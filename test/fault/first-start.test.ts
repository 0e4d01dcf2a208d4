import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = new URL('../../bin/run.cjs', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'thothctl-first-'));
const linux = process.platform === 'linux';

beforeAll(() => chmodSync(home, 0o777));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Start {
  readonly child: ChildProcess;
  /** Resolves when the server answers, or with its exit code and words when it gave up. */
  readonly outcome: Promise<
    { readonly url: string; readonly token: string } | { exit: number | null; stderr: string }
  >;
}

function newReadyFile(): string {
  return join(home, `ready-${process.hrtime.bigint()}.json`);
}

function start(data: string, wrap: readonly string[] = [], readyFile = newReadyFile()): Start {
  const [command = process.execPath, ...args] = [
    ...wrap,
    process.execPath,
    BIN,
    'server',
    'start',
    '--port',
    '0',
    '--data',
    data,
    '--ready-file',
    readyFile,
    '--no-context',
  ];
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, THOTHCTL_CONFIG_DIR: join(home, 'config') };
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr?.on('data', (part: Buffer) => (stderr += part.toString()));
  let exit: { readonly code: number | null } | undefined;
  child.once('close', (code) => (exit = { code }));
  const outcome = async () => {
    for (const until = performance.now() + 60_000; performance.now() < until; await sleep(10)) {
      if (exit !== undefined) return { exit: exit.code, stderr };
      try {
        const ready = JSON.parse(readFileSync(readyFile, 'utf8'));
        return { url: String(ready.url), token: readFileSync(ready.admin_token_file, 'utf8').trim() };
      } catch {
        // Not there yet.
      }
    }
    throw new Error(`neither up nor down: ${stderr}`);
  };
  return { child, outcome: outcome() };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  await ended;
}

/** The directory works: the token opens it, a change is taken, and the chain verifies. */
async function expectWorking(data: string): Promise<void> {
  const { child, outcome } = start(data);
  try {
    const up = await outcome;
    if (!('url' in up)) throw new Error(`exit ${up.exit}: ${up.stderr}`);
    const headers = { authorization: `Bearer ${up.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ scope_level: 'organization', permissions: ['read'] });
    const made = await fetch(`${up.url}/local/thoth/api-keys`, { method: 'POST', headers, body });
    expect(made.status).toBe(201);
    const verdict = await fetch(`${up.url}/local/governance/evidence/verify-chain`, { headers });
    expect(await verdict.json()).toMatchObject({ verified: true });
  } finally {
    await stop(child);
  }
}

describe('a first start that does not come to its end', () => {
  it('by kill -9, at whatever moment, is finished by the next one', async () => {
    for (const delay of [60, 110, 150, 180, 210, 250, 300, 380]) {
      const data = join(home, `killed-${delay}`);
      const { child, outcome } = start(data);
      outcome.catch(() => {});
      await sleep(delay);
      await stop(child, 'SIGKILL');
      await expectWorking(data);
    }
  }, 300_000);

  it.runIf(linux)(
    'because the disk is full, says so, and works once there is room',
    async () => {
      let refused = 0;
      // The size limit of files stands for the disk: writes beyond it fail in the kernel as on a full disk.
      for (const bytes of [1, 2_000, 8_192, 40_000, 90_000]) {
        const data = join(home, `full-${bytes}`);
        const { child, outcome } = start(data, ['prlimit', `--fsize=${bytes}:`]);
        const ended = await outcome;
        await stop(child);
        if ('stderr' in ended) {
          refused += 1;
          expect([ended.exit, ended.stderr]).toEqual([
            2,
            expect.stringMatching(/full|no larger|cannot be written/),
          ]);
          expect(ended.stderr).not.toMatch(/\n\s+at |damaged|restore/);
        }
        await expectWorking(data);
      }
      expect(refused).toBeGreaterThan(2);
    },
    300_000,
  );

  it.runIf(linux)('because the directory is read-only, says so and leaves nothing behind', async () => {
    const parent = join(home, 'locked');
    mkdirSync(parent);
    chmodSync(parent, 0o555);
    // Root may write anywhere; the server then runs as somebody who may not.
    const wrap =
      process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    const { outcome } = start(join(parent, 'data'), wrap);
    expect(await outcome).toMatchObject({ exit: 2, stderr: expect.stringContaining('cannot be written') });
    chmodSync(parent, 0o755);
    await expectWorking(join(parent, 'data'));
  });

  it('because the ready file is no file, is refused before anything is made', async () => {
    const data = join(home, 'unmade');
    const folder = join(home, 'a-folder');
    mkdirSync(folder);
    writeFileSync(join(home, 'a-file'), '');
    for (const path of [folder, join(home, 'a-file', 'ready'), join(home, 'no', 'such', 'ready')]) {
      const { outcome } = start(data, [], path);
      expect(await outcome).toMatchObject({ exit: 2, stderr: expect.stringContaining('ready file') });
    }
    expect(() => readFileSync(join(data, 'thoth.db'))).toThrow('ENOENT');
  });
});
