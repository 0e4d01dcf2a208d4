import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from '../commands/local-plane.js';

describe.runIf(process.platform === 'linux')('a control plane whose disk fills up', () => {
  let plane: LocalPlane;
  let key: string;
  beforeAll(async () => {
    plane = await LocalPlane.start();
    key = await plane.agentKey();
  });
  afterAll(() => plane.remove());

  /** The size limit of files stands for the disk: writes beyond it fail in the kernel as on a full disk. */
  async function limitFiles(bytes: string): Promise<void> {
    const { pid } = JSON.parse(await readFile(join(plane.home, 'ready.json'), 'utf8')) as { pid: number };
    await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
  }

  it('says so before a change meets it, names cause and remedy to whoever changes, and goes on by itself', async () => {
    expect(await plane.json('server', 'status')).toMatchObject({ ready: true });
    await limitFiles('4096');

    const reason = expect.stringMatching(/^storage_(full|failed)$/);
    const readiness = await fetch(`${plane.url}/readyz`);
    expect([readiness.status, await readiness.json()]).toEqual([
      503,
      { status: 'not_ready', reason, message: expect.stringContaining('the server then goes on by itself') },
    ]);
    const status = await plane.run(['server', 'status', '--json']);
    expect([status.exit, JSON.parse(status.stdout)]).toEqual([
      10,
      expect.objectContaining({ alive: true, ready: false, reason, message: expect.any(String) }),
    ]);

    const refused = await plane.run(['api-keys', 'create', '--organization', '--permission', 'read']);
    expect(refused.exit).toBe(9);
    expect(refused.stderr).toMatch(/^Error: nothing was recorded: .*the server then goes on by itself/);
    expect(refused.stderr).toContain('Nothing of this was accepted, and nothing recorded before is lost.');
    expect(refused.stderr).not.toContain('1 second');
    await expect(plane.enforce(key, 'search')).rejects.toThrow(/answered 503: .*nothing was recorded: /);
    expect((await plane.run(['api-keys', 'list'])).exit).toBe(0);

    await limitFiles('unlimited');
    expect((await fetch(`${plane.url}/readyz`)).status).toBe(200);
    expect(await plane.json('server', 'status')).toMatchObject({ ready: true });
    expect(await plane.enforce(key, 'search')).toHaveProperty('decision');
    expect((await plane.run(['evidence', 'verify'])).exit).toBe(0);
  });
});
