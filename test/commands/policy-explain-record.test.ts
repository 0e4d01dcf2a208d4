import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

interface Step {
  readonly step: string;
  readonly outcome: string;
  readonly detail: string;
}

/** Places of the decisions in the chain, by tool. */
async function places(): Promise<Record<string, number>> {
  const saved = join(plane.home, 'calls.ndjson');
  const dir = join(plane.home, 'any');
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'any.cedar'), 'permit (principal, action, resource);\n');
  await plane.json('policy', 'simulate', dir, '--save', saved, '--since', '2020-01-01');
  const unclear = await plane.run(['policy', 'simulate', dir, '--since', 'yesterday']);
  expect(unclear).toMatchObject({ exit: 2, stderr: expect.stringContaining('2026-01-31T12:00:00Z') });
  const calls = (await readFile(saved, 'utf8')).trim().split('\n');
  return Object.fromEntries(
    calls.map((line) => {
      const { tool_name, chain_index } = JSON.parse(line) as { tool_name: string; chain_index: number };
      return [tool_name, chain_index];
    }),
  );
}

it('explains with a directory what an agent really called, arguments and scope included', async () => {
  const key = await plane.agentKey();
  const scope = { approved_scope: ['pay', 'login'] };
  await plane.enforce(key, 'pay', { ...scope, tool_args: { amount: 900 } });
  await plane.enforce(key, 'login', { ...scope, tool_args: { password: 'hunter2' } });
  await plane.enforce(key, 'wipe', scope);
  const dir = join(plane.home, 'policies');
  await mkdir(dir);
  await writeFile(
    join(dir, 'large.cedar'),
    '@id("large")\n@thoth_effect("STEP_UP")\nforbid (principal, action, resource) when { context.args has amount && context.args.amount > 100 };\n',
  );
  const place = await places();
  const explain = (record: number | undefined) =>
    plane.json('policy', 'explain', dir, '--record', String(record));

  const paid = await explain(place['pay']);
  expect(paid).toMatchObject({
    tool: 'pay',
    agent: 'bot',
    decision: 'STEP_UP',
    matched_rule_ids: ['large#large'],
    input: { tool: { args: { amount: 900 } } },
  });
  expect((paid['steps'] as Step[])[0]).toMatchObject({
    step: `record ${place['pay']}`,
    outcome: 'ALLOW',
    detail: expect.stringContaining('decided then by scope (in_approved_scope)'),
  });
  expect(await explain(place['wipe'])).toMatchObject({
    decision: 'BLOCK',
    reason_code: 'tool_not_in_approved_scope',
  });
  const login = await explain(place['login']);
  expect(login).toMatchObject({ decision: 'ALLOW', input: { tool: { args: { password: '[redacted]' } } } });

  const nowhere = await plane.run(['policy', 'explain', dir, '--record', '9999', '--json']);
  expect(nowhere.exit).toBe(2);
  expect(nowhere.stdout).toContain('record 9999 is no decision');
  const twice = await plane.run(['policy', 'explain', dir, '--record', '1', '--tool', 'pay']);
  expect(twice.exit).toBe(2);
});

it('asks the tenant, and takes no directory then', async () => {
  const scope = await plane.run(['agents', 'scope', 'set', 'clerk', '--tool', 'file', '--yes']);
  expect(scope.exit, scope.stderr).toBe(0);
  const call = join(plane.home, 'call.yaml');
  await writeFile(call, 'tool: file\nagent: clerk\n');
  const explain = (...args: string[]) => plane.run(['policy', 'explain', '--server', ...args]);

  const allowed = await explain('--call', call);
  expect(allowed.exit, allowed.stderr).toBe(0);
  expect(allowed.stdout).toMatch(/approved scope +in scope +by the scope set for the agent/);
  const blocked = await explain('--tool', 'shred', '--agent', 'clerk');
  expect(blocked.stdout).toMatch(/decision +BLOCK/);
  expect(blocked.stderr).toContain('agents scope set clerk --add shred');
  expect(await explain('--record', String((await places())['wipe']))).toMatchObject({ exit: 0 });

  expect(await explain(join(plane.home, 'policies'), '--call', call)).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('--server takes no directory'),
  });
  expect(await explain('--record', '9999')).toMatchObject({ exit: 6 });
  expect(await explain()).toMatchObject({ exit: 2 });
});
