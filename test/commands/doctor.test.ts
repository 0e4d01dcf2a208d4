import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.js';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;

beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

async function doctor(): Promise<{ exit: number | null; state: (check: string) => string[] }> {
  const result = await plane.run(['doctor', '--json']);
  const { checks } = JSON.parse(result.stdout) as { checks: { check: string; state: string }[] };
  const state = (name: string) => checks.filter(({ check }) => check === name).map(({ state }) => state);
  return { exit: result.exit, state };
}

describe('doctor', () => {
  it('finds nothing wrong with a fresh installation', async () => {
    const { exit, state } = await doctor();
    expect(exit).toBe(0);
    for (const check of [
      'node',
      'contexts',
      'policy engines',
      'reachability',
      'authentication',
      'server',
      'clock',
    ])
      expect(state(check), check).toEqual(['ok']);
  });

  it('cannot complete where nothing is selected (11), and says what would select', async () => {
    const result = await runCli(['doctor', '--json']);
    expect(result.exit).toBe(11);
    expect(result.stdout).toContain('thothctl server start');
  });

  it('fails (10) for a credential others can read and for a control plane that is away', async () => {
    const token = join(plane.home, 'data', 'admin-token');
    await chmod(token, 0o644);
    const open = await doctor();
    expect(open.exit).toBe(10);
    expect(open.state('permissions')).toContain('failed');
    await chmod(token, 0o600);
    await plane.down();
    const away = await doctor();
    expect(away.exit).toBe(10);
    expect(away.state('reachability')).toEqual(['failed']);
    expect(away.state('authentication')).toEqual(['unknown']);
  });

  it('names a damaged contexts file', async () => {
    const home = join(plane.home, 'damaged');
    const file = join(home, 'contexts.json');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '{"current": ');
    const result = await plane.run(['doctor', '--json'], { THOTHCTL_CONFIG_DIR: home });
    expect(result.exit).toBe(10);
    expect(result.stdout).toContain(file);
  });
});
