import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;

beforeAll(async () => {
  plane = await LocalPlane.start();
  for (const agent of ['a', 'b', 'c']) await plane.json('agents', 'scope', 'set', agent, 'read_file');
});
afterAll(() => plane.remove());

describe('evidence verify', () => {
  it('has three outcomes: verified, broken at a record, could not be verified', async () => {
    const file = join(plane.home, 'chain.ndjson');
    await plane.json('evidence', 'export', file);
    const lines = (await readFile(file, 'utf8')).split('\n');
    await mkdir(join(plane.home, 'bad'), { recursive: true });
    const verify = async (name: string, changed: readonly string[]) => {
      const path = join(plane.home, 'bad', name);
      await writeFile(path, changed.join('\n'));
      const result = await plane.run(['evidence', 'verify', path, '--json']);
      return { exit: result.exit, report: JSON.parse(result.stdout) as unknown };
    };
    expect((await verify('same', lines)).exit).toBe(0);
    const flipped = lines.map((line, index) => (index === 2 ? line.replace('"local"', '"locax"') : line));
    expect(await verify('flipped', flipped)).toMatchObject({
      exit: 10,
      report: { breach_index: 2, verified: false },
    });
    expect(
      await verify(
        'dropped',
        lines.filter((_line, index) => index !== 3),
      ),
    ).toMatchObject({
      exit: 10,
      report: { breach_index: 3 },
    });
    expect(await verify('no-head', [...lines.slice(0, -2), ''])).toMatchObject({ exit: 11 });
  });

  it('notices that the downloaded chain no longer holds the end seen before', async () => {
    const head = join(plane.home, 'head.json');
    await plane.json('evidence', 'verify', '--head', head);
    const saved = JSON.parse(await readFile(head, 'utf8')) as { head: { chain_index: number } };
    saved.head.chain_index += 100;
    await writeFile(head, JSON.stringify(saved));
    const result = await plane.run(['evidence', 'verify', '--head', head, '--json']);
    expect(result.exit).toBe(10);
  });
});
