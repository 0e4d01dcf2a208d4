import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../http/running-server.js';

const cedar = (word: string): string =>
  `forbid (principal, action, resource) when { context.purpose == "${word}" };`;
const BROKEN = 'forbid (principal, action resource);';

let thoth: TestServer;
beforeAll(async () => {
  thoth = await startTestServer();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const digest = (): string => createHash('sha256').update(randomBytes(8)).digest('hex');
const open = async (size: number, more: object = {}): Promise<string> =>
  (await thoth.call('POST', '/thoth/x/policy-bundles/groups', { digest: digest(), size, ...more })).body
    .group_id;
const stage = (group: string, members: readonly object[]) =>
  thoth.call('POST', `/thoth/x/policy-bundles/groups/${group}/members`, { members });
const commit = (group: string) => thoth.call('POST', `/thoth/x/policy-bundles/groups/${group}/commit`, {});
const create = (name: string, word: string, expected: string | null = null) => ({
  action: 'create',
  name,
  expected_id: expected,
  framework: 'CEDAR',
  raw_policy: cedar(word),
});
const listed = async (): Promise<{ name: string; id: string; version: number; status: string }[]> =>
  (await thoth.call('GET', '/thoth/policy-bundles')).body.data;
const newest = async (name: string) =>
  (await listed()).filter((row) => row.name === name).toSorted((a, b) => b.version - a.version)[0];
const records = async (): Promise<{ kind: string }[]> =>
  (await thoth.call('GET', '/thoth/evidence/chain?limit=500')).body.data;
const effective = async (): Promise<string[]> =>
  (await thoth.call('GET', '/thoth/policy-bundles/effective')).body.data.map(
    (row: { name: string }) => row.name,
  );

describe('a group of bundle changes', () => {
  it('governs as a whole with its commit, and not before', async () => {
    const provenance = { git_commit: 'abc123', git_author: 'Ana', ci_run_url: 'https://ci.example/7' };
    const group = await open(2, { provenance });
    expect((await stage(group, [create('one', 'x')])).body).toEqual({ group_id: group, staged: 1, size: 2 });
    expect((await commit(group)).body).toMatchObject({ error: 'policy_group_incomplete' });
    await stage(group, [create('two', 'y')]);
    expect(await listed()).toEqual([]);

    const done = await commit(group);
    expect(done.body.changes).toMatchObject([
      { name: 'one', action: 'create', version: 1 },
      { name: 'two', action: 'create', version: 1 },
    ]);
    expect(await effective()).toEqual(['one', 'two']);
    const one = await thoth.call('GET', `/thoth/policy-bundles/${done.body.changes[0].id}`);
    expect(one.body).toMatchObject({
      raw_policy: cedar('x'),
      provenance,
      group_id: group,
      created_by: 'admin',
    });
    expect((await commit(group)).body).toEqual(done.body);
    expect((await listed()).length).toBe(2);
    expect((await stage(group, [create('one', 'late')])).body.error).toBe('policy_group_not_open');
  });

  it('is one record of evidence, however many bundles it holds', async () => {
    const before = (await records()).length;
    const group = await open(3);
    await stage(
      group,
      ['e1', 'e2', 'e3'].map((name) => create(name, name)),
    );
    await commit(group);
    const after = await records();
    expect(after.slice(before).map(({ kind }) => kind)).toEqual(['control.policy_bundle_group.commit']);
    expect((await thoth.call('GET', '/governance/evidence/verify-chain')).body.verified).toBe(true);
  });

  it('changes nothing when one name moved since it was read, and says which', async () => {
    const known = await newest('one');
    const group = await open(2);
    await stage(group, [create('one', 'mine', known?.id), create('fresh', 'mine')]);
    await thoth.call('POST', '/thoth/policy-bundles', {
      name: 'one',
      framework: 'CEDAR',
      raw_policy: cedar('theirs'),
    });
    const refused = await commit(group);
    expect([refused.status, refused.body.error]).toEqual([409, 'policy_drift']);
    expect(refused.body.details).toMatchObject({
      count: 1,
      drifted: [{ name: 'one', expected_id: known?.id }],
    });
    expect(await newest('fresh')).toBeUndefined();
    expect(await newest('one')).toMatchObject({ version: 2 });
    // Read again and sent again, the same group goes through.
    await stage(group, [create('one', 'mine', (await newest('one'))?.id)]);
    expect((await commit(group)).body.changes).toMatchObject([
      { name: 'fresh', version: 1 },
      { name: 'one', version: 3 },
    ]);
  });

  it('refuses every policy that does not evaluate at once and keeps none of the request', async () => {
    const group = await open(3);
    const broken = (name: string) => ({ ...create(name, ''), raw_policy: BROKEN });
    const refused = await stage(group, [create('sound', 'x'), broken('bad-1'), broken('bad-2')]);
    expect([refused.status, refused.body.error]).toEqual([400, 'policy_validation_failed']);
    expect(refused.body.details.policies).toMatchObject([
      { name: 'bad-1', diagnostics: [{ severity: 'error', line: 1 }] },
      { name: 'bad-2', diagnostics: [{ severity: 'error', line: 1 }] },
    ]);
    const observed = { ...broken('bad-1'), status: 'staged', enforcement_mode: 'observe' };
    expect((await stage(group, [observed])).body).toMatchObject({ staged: 1 });
  });

  it('deletes every version of a name, and restores an older one with another mode', async () => {
    const first = await newest('e1');
    const group = await open(2);
    await stage(group, [
      { action: 'delete', name: 'e2', expected_id: (await newest('e2'))?.id },
      {
        action: 'restore',
        name: 'e1',
        expected_id: first?.id,
        bundle_id: first?.id,
        status: 'staged',
        enforcement_mode: 'observe',
      },
    ]);
    expect((await commit(group)).body.changes).toMatchObject([
      { name: 'e1', action: 'restore', version: 2 },
      { name: 'e2', action: 'delete' },
    ]);
    expect((await listed()).filter(({ name }) => name === 'e2')).toEqual([]);
    expect(await newest('e1')).toMatchObject({ status: 'staged' });
    expect(await effective()).not.toContain('e2');
    expect(await effective()).toContain('e1');
  });

  it('is taken up again by its digest, by the credential that opened it and no other', async () => {
    const same = { digest: digest(), size: 2 };
    const opened = await thoth.call('POST', '/thoth/x/policy-bundles/groups', same);
    await stage(opened.body.group_id, [create('r1', 'x')]);
    const again = await thoth.call('POST', '/thoth/x/policy-bundles/groups', same);
    expect(again.body).toMatchObject({ group_id: opened.body.group_id, staged: ['r1'] });

    const key = await thoth.call('POST', '/thoth/api-keys', {
      permissions: ['read', 'write'],
      scope_level: 'organization',
    });
    const other = await thoth.call('POST', '/thoth/x/policy-bundles/groups', same, key.body.api_key);
    expect(other.body).toMatchObject({ staged: [] });
    const foreign = `/thoth/x/policy-bundles/groups/${opened.body.group_id}/commit`;
    expect((await thoth.call('POST', foreign, {}, key.body.api_key)).status).toBe(404);
  });

  it('makes room for the ninth that is opened, and is bounded in size', async () => {
    const first = await open(1);
    for (let more = 0; more < 8; more += 1) await open(1);
    expect((await stage(first, [create('late', 'x')])).status).toBe(404);
    const group = await open(1);
    expect((await stage(group, [create('b1', 'x'), create('b2', 'x')])).status).toBe(400);
    const body = { digest: digest(), size: 10_001 };
    expect((await thoth.call('POST', '/thoth/x/policy-bundles/groups', body)).status).toBe(400);
  });
});
