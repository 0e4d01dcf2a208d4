import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadedBundles } from '../../../src/server/tenants/effective-bundles.js';
import { startTestServer, type TestServer } from '../http/running-server.js';

const CEDAR = 'permit(principal, action, resource);';
const BROKEN = 'permit(principal, action resource);';

let thoth: TestServer;
beforeAll(async () => {
  thoth = await startTestServer();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const post = (body: object) => thoth.call('POST', '/thoth/policy-bundles', { framework: 'CEDAR', ...body });
const effective = async (query = '') =>
  (await thoth.call('GET', `/thoth/policy-bundles/effective${query}`)).body;

describe('policy bundles', () => {
  it('are immutable versions: the same again is version two', async () => {
    const first = await post({ name: 'dlp', raw_policy: CEDAR, assignments: ['agent:a', 'b', 'agent:a'] });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      version: 1,
      status: 'active',
      enforcement_mode: 'enforce',
      evaluable: true,
      assignments: ['agent:a', 'b'],
      policy_hash: createHash('sha256').update(CEDAR).digest('hex'),
      description: null,
      created_by: 'admin',
    });
    const second = await post({ name: 'dlp', raw_policy: CEDAR, assignments: null });
    expect(second.body).toMatchObject({ version: 2, assignments: ['all'] });
    expect(second.body.id).not.toBe(first.body.id);
    const old = await thoth.call('GET', `/thoth/policy-bundles/${first.body.id}`);
    expect(old.body).toEqual(first.body);
    const list = await thoth.call('GET', '/thoth/policy-bundles?framework=cedar');
    expect(list.body.data.map((row: { version: number }) => row.version)).toEqual([2, 1]);
    expect(list.body.data[0]).not.toHaveProperty('raw_policy');
  });

  it('keep their numbers when versions are deleted', async () => {
    const one = await post({ name: 'numbered', raw_policy: CEDAR });
    expect((await thoth.call('DELETE', `/thoth/policy-bundles/${one.body.id}`)).body).toEqual({
      deleted: true,
    });
    expect((await thoth.call('DELETE', `/thoth/policy-bundles/${one.body.id}`)).status).toBe(404);
    expect((await thoth.call('GET', `/thoth/policy-bundles/${one.body.id}`)).status).toBe(404);
    expect((await post({ name: 'numbered', raw_policy: CEDAR })).body.version).toBe(2);
  });

  it('record who provisioned them', async () => {
    const response = await fetch(`${thoth.server.url}/local/thoth/policy-bundles`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${thoth.adminToken}`,
        'X-Aten-Provisioned-Via': 'terraform',
        'X-Aten-Provisioner-Version': '0.1.15',
      },
      body: JSON.stringify({ name: 'tf', framework: 'CEDAR', raw_policy: CEDAR }),
    });
    expect(await response.json()).toMatchObject({
      provisioned_via: 'terraform',
      provisioner_version: '0.1.15',
    });
  });

  it('that do not parse are refused with the place when they would bind', async () => {
    for (const framework of ['CEDAR', 'OPA']) {
      const raw = framework === 'CEDAR' ? BROKEN : 'package thoth\n\nallow if { input.x == }\n';
      const reply = await post({ name: `broken-${framework}`, framework, raw_policy: raw });
      expect([reply.status, reply.body.error]).toEqual([400, 'policy_validation_failed']);
      expect(reply.body.details.diagnostics[0]).toMatchObject({
        severity: 'error',
        line: framework === 'CEDAR' ? 1 : 3,
        column: expect.any(Number),
        code: expect.any(String),
        message: expect.any(String),
      });
    }
  });

  it('that do not parse are accepted to observe, with a warning, and never promoted', async () => {
    const reply = await post({
      name: 'draft',
      raw_policy: BROKEN,
      enforcement_mode: 'observe',
      status: 'staged',
    });
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({ evaluable: false, warning: expect.stringContaining('line 1') });
    expect(reply.body.diagnostics.length).toBeGreaterThan(0);
    const promoted = await post({ name: 'draft', raw_policy: BROKEN });
    expect(promoted.body.error).toBe('policy_validation_failed');
    const back = await thoth.call('POST', `/thoth/policy-bundles/${reply.body.id}/rollback`, {});
    expect([back.status, back.body.error]).toEqual([409, 'policy_not_evaluable']);
  });

  it('are held against the hash the caller expects, in either notation', async () => {
    const hash = createHash('sha256').update(CEDAR).digest('hex');
    for (const expected_hash of [hash.toUpperCase(), `sha256:${hash}`]) {
      const reply = await post({ name: 'pinned', raw_policy: CEDAR, expected_hash });
      expect(reply.body).toMatchObject({ expected_hash });
    }
    const reply = await post({ name: 'pinned', raw_policy: CEDAR, expected_hash: '0'.repeat(64) });
    expect([reply.status, reply.body.error]).toEqual([400, 'policy_hash_mismatch']);
  });

  it('need exactly one source', async () => {
    expect((await post({ name: 'none' })).status).toBe(400);
    expect((await post({ name: 'two', raw_policy: CEDAR, s3_uri: 's3://b/k' })).status).toBe(400);
    expect((await post({ name: 's3', s3_uri: 's3://b/k' })).body.error).toBe('policy_source_unavailable');
  });

  it('roll back to the content of an older version as a new one', async () => {
    const one = await post({ name: 'rolled', raw_policy: CEDAR, assignments: ['a'] });
    await post({ name: 'rolled', raw_policy: 'forbid(principal, action, resource);', status: 'disabled' });
    expect((await effective('?agent_id=a')).data.map((row: { name: string }) => row.name)).not.toContain(
      'rolled',
    );
    const back = await thoth.call('POST', `/thoth/policy-bundles/${one.body.id}/rollback`, {});
    expect(back.body).toMatchObject({ version: 3, raw_policy: CEDAR, assignments: ['a'], status: 'active' });
    expect((await effective('?agent_id=a')).data.map((row: { id: string }) => row.id)).toContain(
      back.body.id,
    );
  });

  it('in force are the newest that is not staged, beside which a newer staged one is observed', async () => {
    const one = await post({ name: 'staging', raw_policy: CEDAR });
    const two = await post({
      name: 'staging',
      raw_policy: CEDAR,
      status: 'staged',
      enforcement_mode: 'observe',
    });
    const now = await effective();
    expect(now.data.map((row: { id: string }) => row.id)).toContain(one.body.id);
    expect(now.data.map((row: { id: string }) => row.id)).not.toContain(two.body.id);
    expect(now.staged).toContainEqual(expect.objectContaining({ id: two.body.id, binding: false }));
  });
});

describe('policy sync', () => {
  it('never answers a trigger with idle, reads files again and reports what changed', async () => {
    const folder = join(thoth.server.dataDir, 'policy-sources');
    const file = join(folder, 'site.cedar');
    await mkdir(folder, { recursive: true });
    await writeFile(file, CEDAR);
    await symlink('/etc/passwd', join(folder, 'passwd'));
    const created = await post({ name: 'from-file', source_uri: pathToFileURL(file).href });
    expect(created.body).toMatchObject({
      raw_policy: CEDAR,
      version: 1,
      source_uri: pathToFileURL(file).href,
    });
    for (const path of [
      '/etc/passwd',
      join(folder, 'passwd'),
      join(folder, '..', 'admin-token'),
      join(folder, 'no'),
    ]) {
      const reply = await post({ name: 'outside', source_uri: pathToFileURL(path).href });
      expect([reply.status, reply.body.error]).toEqual([400, 'policy_source_unavailable']);
    }

    const sync = async () => (await thoth.call('POST', '/thoth/policies/sync', {})).body;
    expect((await thoth.call('GET', '/thoth/policies/sync/status')).body.status).toBe('idle');
    expect(await sync()).toMatchObject({ configured: true, status: 'success', changed: true });
    expect(await sync()).toMatchObject({ status: 'no_change', applied_count: 0, changed: false });
    await writeFile(file, `${CEDAR}\n// changed`);
    expect(await sync()).toMatchObject({ status: 'success', applied_count: 1, applied_agents: ['all'] });
    await writeFile(file, BROKEN);
    expect(await sync()).toMatchObject({ status: 'error', error_count: 1 });
    expect((await thoth.call('GET', '/thoth/policies/sync/status')).body.status).toBe('error');
  });
});

describe('the rule of versions', () => {
  const version = (number: number, status: string, enforcementMode = 'enforce') => ({
    id: `v${number}`,
    name: 'n',
    version: number,
    status,
    enforcementMode,
    assignments: ['all'],
  });
  const rule = (...versions: ReturnType<typeof version>[]) =>
    loadedBundles(versions).map(({ bundle, binding }) => `${bundle.id}${binding ? '!' : '?'}`);

  it('loads the governing version and a newer staged one', () => {
    expect(rule(version(1, 'active'))).toEqual(['v1!']);
    expect(rule(version(2, 'active'), version(1, 'active'))).toEqual(['v2!']);
    expect(rule(version(1, 'active'), version(2, 'staged'))).toEqual(['v1!', 'v2?']);
    expect(rule(version(1, 'staged'), version(2, 'active'))).toEqual(['v2!']);
    expect(rule(version(1, 'active'), version(2, 'paused'))).toEqual([]);
    expect(rule(version(1, 'active'), version(2, 'paused'), version(3, 'staged'))).toEqual(['v3?']);
    expect(rule(version(1, 'active'), version(2, 'active', 'observe'))).toEqual(['v2?']);
    expect(rule(version(1, 'staged'))).toEqual(['v1?']);
  });
});
