import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, cliEnvironment } from '../support/cli.js';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
let key: string;

beforeAll(async () => {
  plane = await LocalPlane.start();
  key = await plane.agentKey();
});
afterAll(() => plane.remove());

/** Until the named position is on disk: only then has the tail begun. */
async function positionSaved(name: string): Promise<void> {
  const saved = async (): Promise<boolean> =>
    (await readdir(plane.home, { recursive: true })).some(
      (path) => path.includes(`${name}.`) && !path.endsWith('.tmp'),
    );
  for (let tries = 0; tries < 400 && !(await saved()); tries += 1) await delay(50);
  expect(await saved()).toBe(true);
}

class Tail {
  readonly rows: Record<string, unknown>[] = [];
  readonly #child: ChildProcess;
  #rest = '';

  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, [BIN, 'violations', 'tail', '--json', ...args], {
      env: cliEnvironment(plane.home),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (this.#rest + chunk).split('\n');
      this.#rest = lines.pop() ?? '';
      this.rows.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
    });
  }

  get tools(): unknown[] {
    return this.rows.map((row) => row['tool_name']);
  }

  async until(count: number): Promise<void> {
    for (let tries = 0; this.rows.length < count && tries < 400; tries += 1) await delay(50);
    expect(this.rows.length).toBeGreaterThanOrEqual(count);
  }

  async interrupt(): Promise<number | null> {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGINT');
    await ended;
    return this.#child.exitCode;
  }
}

const violate = (tool: string): Promise<unknown> => plane.enforce(key, tool);

describe('violations tail', () => {
  it('survives a restart of the server and its own, without loss or repetition', async () => {
    await violate('tool_0');
    const first = new Tail('--resume', 'siem', '--from', 'start');
    await first.until(1);
    await violate('tool_1');
    await first.until(2);
    await plane.down('SIGKILL');
    await plane.up();
    await violate('tool_2');
    await first.until(3);
    expect(await first.interrupt()).toBe(130);
    expect(first.tools).toEqual(['tool_0', 'tool_1', 'tool_2']);

    await violate('tool_3');
    await violate('tool_4');
    const second = new Tail('--resume', 'siem', '--limit', '2');
    await second.until(2);
    expect(second.tools).toEqual(['tool_3', 'tool_4']);
  });

  it('resumes from the moment a quiet tail began, although it never saw a row', async () => {
    const quiet = new Tail('--resume', 'quiet');
    await positionSaved('quiet');
    expect(await quiet.interrupt()).toBe(130);
    expect(quiet.rows).toEqual([]);
    await violate('while_away');
    const back = new Tail('--resume', 'quiet', '--limit', '1');
    await back.until(1);
    expect(back.tools).toEqual(['while_away']);
  });

  it('refuses a position that is none, and a name that leads elsewhere', async () => {
    expect((await plane.run(['violations', 'tail', '--from', 'yesterday'])).exit).toBe(2);
    expect((await plane.run(['violations', 'tail', '--resume', '../../x'])).exit).toBe(2);
  });
});
