import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

/** Sets a title, turns red, moves up a line, uses the one-byte CSI, reverses the reading order. */
const HOSTILE = 'evil\u001b]0;title\u0007\u001b[31m\u001b[1A\u009b2J\u202e!';
// eslint-disable-next-line no-control-regex -- exactly these must not arrive
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;

let plane: LocalPlane;
const ids: Record<string, string> = {};
const fill = (line: string): string[] =>
  line.split(' ').map((word) => word.replace(/\{(\w+)\}/, (_, name: string) => ids[name] ?? name));

beforeAll(async () => {
  plane = await LocalPlane.start();
  const key = await plane.agentKey();
  ids['fleet'] = String((await plane.json('fleets', 'create', HOSTILE))['fleet_id']);
  for (const endpoint of ['ep-1', 'ep-2', 'ep-3'])
    await plane.json('endpoints', 'register', endpoint, '--hostname', HOSTILE, '--fleet-id', ids['fleet']);
  await plane.json(
    'mcp',
    'vendors',
    'create',
    'v1',
    '--display-name',
    HOSTILE,
    '--host-pattern',
    'a.example',
  );
  const refused = await plane.enforce(key, `rm_${HOSTILE}`, { agent_id: 'bot', user_id: HOSTILE });
  ids['violation'] = String(refused['violation_id']);
  const asked = await plane.json(
    ...fill('exceptions request --violation-id {violation} --frequency daily --data-sensitivity internal'),
    '--requested-by',
    HOSTILE,
    '--justification',
    HOSTILE,
  );
  ids['request'] = String(asked['request_id']);
  ids['key'] = String(
    (await plane.json('api-keys', 'create', '--organization', '--permission', 'read'))['key_id'],
  );
  ids['report'] = String((await plane.json('reports', 'generate'))['report_id']);
});
afterAll(() => plane.remove());

describe('names from outside never carry control characters into text', () => {
  it.each([
    'fleets list',
    'fleets show {fleet}',
    'fleets update {fleet} --region eu --dry-run',
    'endpoints list',
    'endpoints show ep-1',
    'endpoints quarantine ep-1 --yes',
    'mcp vendors list',
    'mcp vendors show v1',
    'violations list',
    'violations show {violation}',
    'feed list',
    'feed tools',
    'alerts list',
    'exceptions list',
    'exceptions show {request}',
    'forensics session sess-1',
    'reports day7',
    'mcp catalog verify --principal bot',
    'export',
  ])('%s', async (line) => {
    const result = await plane.run(fill(line), { FORCE_COLOR: '0' });
    expect(result.exit).toBe(0);
    expect(result.stdout).not.toBe('');
    expect(result.stdout + result.stderr).not.toMatch(CONTROLS);
  });
});

describe('what takes something away asks first, by tenant and context', () => {
  it.each([
    'fleets delete {fleet}',
    'endpoints quarantine ep-2',
    'endpoints release ep-1',
    'mcp vendors delete v1',
    'packs revoke bot soc2-type2',
    'api-keys revoke {key}',
    'api DELETE fleets/{fleet}',
  ])('%s', async (line) => {
    const before = (await plane.json('evidence', 'head'))['chain_index'];
    const asked = await plane.run(fill(line), {}, '');
    expect(asked.exit).toBe(2);
    expect(asked.stderr).toMatch(/\(tenant local, context local\)[\s\S]*--yes/);
    const rehearsed = await plane.run([...fill(line), '--dry-run', '--json']);
    expect(rehearsed.exit).toBe(0);
    expect(JSON.parse(rehearsed.stdout)).toMatchObject({ dry_run: true });
    expect((await plane.json('evidence', 'head'))['chain_index']).toBe(before);
  });
});

describe('what is not there is named', () => {
  it.each([
    'fleets show nope-1',
    'fleets delete nope-1 --yes',
    'endpoints show nope-1',
    'endpoints release nope-1 --yes',
    'mcp vendors show nope-1',
    'exceptions show nope-1',
    'webhooks show nope-1',
    'mdm jobs nope-1',
    'packs rules nope-1',
    'reports show nope-1',
    'forensics session nope-1',
    'violations show nope-1',
    'api-keys show nope-1',
  ])('%s', async (line) => {
    const result = await plane.run([...fill(line), '--json']);
    expect(result.exit).toBe(6);
    expect(JSON.parse(result.stdout)).toMatchObject({
      error: { exit_code: 6, message: expect.stringContaining('nope-1'), fix: expect.any(String) },
    });
  });
});

describe('one thing is one row', () => {
  it.each(['endpoints show ep-2', 'fleets show {fleet}', 'mcp vendors show v1', 'reports show {report}'])(
    '%s',
    async (line) => {
      const shown = await plane.json(...fill(line));
      const csv = await plane.run([...fill(line), '--format', 'csv']);
      expect(csv.stdout.split('\r\n')[0]).toBe(Object.keys(shown).join(','));
      expect(csv.stdout.split('\r\n')).toHaveLength(3);
      const ndjson = await plane.run([...fill(line), '--format', 'ndjson']);
      expect(
        ndjson.stdout
          .trim()
          .split('\n')
          .map((row) => JSON.parse(row)),
      ).toEqual([shown]);
    },
  );
});

describe('completion offers what the tenant has', () => {
  it.each([
    ['fleets show', 'fleet'],
    ['endpoints list --fleet-id', 'fleet'],
    ['endpoints release', 'ep-1'],
    ['api-keys create --endpoint-id', 'ep-2'],
    ['mcp vendors delete', 'v1'],
    ['packs rules', 'soc2-type2'],
    ['packs revoke bot', 'gdpr-ai-agents'],
    ['exceptions review', 'request'],
    ['exceptions artifact apply', 'request'],
    ['forensics session', 'sess-1'],
    ['evidence bundle --session-id', 'sess-1'],
    ['reports show', 'report'],
    ['reports board-incident', 'violation'],
  ])('%s', async (line, name) => {
    const result = await plane.run(['__complete', '--', ...line.split(' '), '']);
    const values = result.stdout.split('\n').map((row) => row.split('\t')[0]);
    expect(values).toContain(ids[name] ?? name);
    expect(values.filter((value) => value === (ids[name] ?? name))).toHaveLength(1);
    expect(result.stdout.replaceAll('\t', '')).not.toMatch(CONTROLS);
  });
});

describe('--all', () => {
  it.each([
    'endpoints list',
    'evidence chain',
    'exceptions list',
    'approvals list',
    'feed list',
    'webhooks deliveries',
  ])('%s is the whole list in the envelope of the contract', async (line) => {
    const whole = await plane.json(...line.split(' '), '--all');
    const {
      page: _page,
      per_page: _size,
      limit: _limit,
      offset: _offset,
      ...page
    } = await plane.json(...line.split(' '));
    expect(Object.keys(whole)).toEqual(Object.keys(page));
    expect(whole['data']).toEqual(page['data']);
  });

  it('contradicts a page', async () => {
    expect((await plane.run(['endpoints', 'list', '--all', '--limit', '1'])).exit).toBe(2);
  });
});

it('a callback with the wrong secret does not send anybody to sign in', async () => {
  const { exit, stderr } = await plane.run(
    fill('pam callback --approval-id apr_none --decision approve --callback-secret-stdin'),
    {},
    'wrong',
  );
  expect(exit).toBe(4);
  expect(stderr).toContain('Check the secret');
});

it('a rollback to a version that only observed says that it refuses nothing', async () => {
  const file = join(plane.home, 'watched.cedar');
  await writeFile(file, 'forbid (principal, action, resource) when { context.purpose == "none" };\n');
  const upsert = ['governance', 'policy-bundles', 'upsert', '--name', 'watched', '--framework', 'CEDAR'];
  const back = async (mode: string) => {
    const { id } = await plane.json(...upsert, '--raw-policy-file', file, '--enforcement-mode', mode);
    return plane.run(['governance', 'policy-bundles', 'rollback', '--bundle-id', String(id)]);
  };
  const watched = await back('observe');
  expect([watched.exit, watched.stderr]).toEqual([0, expect.stringContaining('refuses nothing')]);
  expect((await back('enforce')).stderr).toBe('');
});
