import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

const forbid = (tool: string): string =>
  `forbid (principal, action == Thoth::Action::"tool_call:${tool}", resource);\n`;

async function directory(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(plane.home, name);
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}

it('leaves in force what a push of the directory would leave, and nothing else', async () => {
  const theirs = await directory('theirs', { 'theirs.cedar': forbid('pay') });
  await plane.json('policy', 'push', theirs, '--yes');
  const inScope = { approved_scope: ['pay'] };
  expect(await plane.enforce(await plane.agentKey(), 'pay', inScope)).toMatchObject({ decision: 'BLOCK' });
  const simulate = (folder: string, ...flags: string[]) => plane.json('policy', 'simulate', folder, ...flags);

  const mine = await directory('mine', { 'mine.cedar': forbid('read') });
  const beside = { unchanged: 1, taken_along: ['theirs'] };
  expect(await simulate(mine)).toMatchObject(beside);

  // A version that is only staged, by the tenant or by the directory, does not switch off the one in force.
  const milder = await directory('milder', {
    'theirs.cedar': forbid('wipe'),
    'thoth.policy.yaml': 'defaults: { mode: observe }\n',
  });
  expect(await simulate(milder)).toMatchObject(beside);
  await plane.json('policy', 'push', milder, '--yes');
  expect(await simulate(mine)).toMatchObject(beside);

  const promoted = await simulate(milder, '--promoted');
  expect(promoted).toMatchObject({ unchanged: 0, changed: { newly_allowed: 1 }, taken_along: [] });
});
