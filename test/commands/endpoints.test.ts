import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
const file = (name: string): string => join(plane.home, name);

beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

const ids = async (...args: string[]) => {
  const { data } = await plane.json('endpoints', 'list', ...args);
  return (data as { endpoint_id: string }[]).map((row) => row.endpoint_id);
};

describe('endpoints and fleets', () => {
  it('go through their whole life from the command line', async () => {
    const fleet = await plane.json('fleets', 'create', 'Finance', '--rollout-pct', '10');
    const fleetId = String(fleet['fleet_id']);
    expect(await plane.json('fleets', 'update', fleetId, '--rollout-pct', '50')).toMatchObject({
      name: 'Finance',
      rollout_pct: 50,
    });
    const line = `endpoints register laptop-1 --hostname mac-1 --environment prod --fleet-id ${fleetId} --agent-id b --agent-id a --risk-score 80`;
    const registered = await plane.json(...line.split(' '));
    expect(registered).toMatchObject({ agent_ids: ['b', 'a'], risk_score: 80, status: 'offline' });
    expect(await ids('--env', 'prod', '--fleet-id', fleetId)).toEqual(['laptop-1']);
    expect(await ids('--env', 'dev')).toEqual([]);
    expect(await plane.json('endpoints', 'show', 'laptop-1')).toEqual(registered);
    expect(await plane.json('endpoints', 'stats')).toMatchObject({ total: 1, at_risk: 1 });
    expect(await plane.json('fleets', 'show', fleetId)).toMatchObject({ endpoint_count: 1 });
    const table = await plane.run(['endpoints', 'list']);
    expect(table.stdout).toContain('laptop-1');

    const key = await plane.agentKey();
    const call = () => plane.enforce(key, 'read_file', { endpoint_id: 'laptop-1' });
    expect(await call()).toMatchObject({ decision: 'ALLOW' });
    expect((await plane.run(['endpoints', 'quarantine', 'laptop-1'])).exit).toBe(2);
    await plane.json('endpoints', 'quarantine', 'laptop-1', '--dry-run');
    expect(await call()).toMatchObject({ decision: 'ALLOW' });
    await plane.json('endpoints', 'quarantine', 'laptop-1', '--yes');
    expect(await call()).toMatchObject({
      decision: 'BLOCK',
      decision_reason_code: 'endpoint_quarantined',
    });
    expect(await ids('--quarantined', 'true')).toEqual(['laptop-1']);
    await plane.json('endpoints', 'release', 'laptop-1', '--yes');
    expect(await call()).toMatchObject({ decision: 'ALLOW' });

    await plane.json('fleets', 'delete', fleetId, '--yes');
    expect((await plane.run(['fleets', 'show', fleetId])).exit).toBe(6);
    expect((await plane.run(['endpoints', 'show', 'nobody'])).exit).toBe(6);
  });
});

describe('a file of rows', () => {
  const CSV =
    'endpoint_id,hostname,os,agent_ids,risk_score\r\nb-1,"mac, one",macos,x; y,1.5\r\nb-2,mac-2,,,\r\n';

  it.each([
    ['csv', CSV],
    [
      'json',
      '[{"endpoint_id":"b-1","hostname":"mac, one","os":"macos","agent_ids":["x","y"],"risk_score":1.5},{"endpoint_id":"b-2","hostname":"mac-2","os":null}]',
    ],
    [
      'ndjson',
      '{"endpoint_id":"b-1","hostname":"mac, one","os":"macos","agent_ids":["x","y"],"risk_score":1.5}\n\n{"endpoint_id":"b-2","hostname":"mac-2"}\n',
    ],
    [
      'yaml',
      '- endpoint_id: b-1\n  hostname: mac, one\n  os: macos\n  agent_ids: [x, y]\n  risk_score: 1.5\n- { endpoint_id: b-2, hostname: mac-2 }\n',
    ],
  ])('registers endpoints from %s, by name and from stdin', async (format, text) => {
    await writeFile(file(`rows.${format}`), text);
    const done = await plane.json('endpoints', 'register', '--from-file', file(`rows.${format}`));
    expect(done).toMatchObject({ total: 2, succeeded: 2, failed: 0, failures: [] });
    expect(await plane.json('endpoints', 'show', 'b-1')).toMatchObject({
      hostname: 'mac, one',
      os: 'macos',
      agent_ids: ['x', 'y'],
      risk_score: 1.5,
    });
    const args = ['endpoints', 'register', '--from-file', '-', '--dry-run', '--json'];
    const piped = await plane.run(args, {}, text);
    expect(JSON.parse(piped.stdout)).toMatchObject({ dry_run: true, format, rows: 2 });
  });

  it('is refused whole, with every fault at its place, and nothing is sent', async () => {
    const before = await ids();
    await writeFile(
      file('bad.csv'),
      'endpoint_id,hostname,os,risk_scor\nbad-1,h,macos,1\n,h,macos,2\nbad-2,h,amiga,3\nbad-1,h,,\nbad-3,h,linux\n',
    );
    const bad = await plane.run(['endpoints', 'register', '--from-file', file('bad.csv'), '--json']);
    expect(bad.exit).toBe(2);
    const { error } = JSON.parse(bad.stdout);
    expect(error.code).toBe('input_invalid');
    expect(
      error.details.faults.map((fault: { line: number; column: number }) => [fault.line, fault.column]),
    ).toEqual([
      [1, 25],
      [3, 1],
      [4, 9],
      [5, 1],
      [6, 1],
    ]);
    expect(error.message).toContain('did you mean risk_score?');
    expect(error.message).toContain(`${file('bad.csv')}:4:9: os must be one of macos, windows, linux`);
    expect(await ids()).toEqual(before);

    await writeFile(
      file('bad.json'),
      '[\n  {"endpoint_id": "j-1", "hostname": "h"},\n  {"endpoint_id": 7}\n]',
    );
    const json = await plane.run(['endpoints', 'register', '--from-file', file('bad.json')]);
    expect(json.stderr).toContain('bad.json:3:19: endpoint_id must be string');
    expect(json.stderr).toContain('bad.json:3:3: hostname is missing; add it');
    await writeFile(file('twice.json'), '[{"endpoint_id": "t"}, {"endpoint_id": "t"}]');
    const twice = await plane.run(['endpoints', 'register', '--from-file', file('twice.json')]);
    expect(twice.stderr).toContain('twice.json:1:40: endpoint_id "t" is already that of row 1');
    await writeFile(file('broken.json'), '[{"endpoint_id": }]');
    const broken = await plane.run(['endpoints', 'register', '--from-file', file('broken.json')]);
    expect(broken.stderr).toContain('broken.json:1:18: not valid JSON');
    const both = await plane.run(['endpoints', 'register', 'x', '--from-file', file('rows.csv')]);
    expect(both.exit).toBe(2);
  });

  it('is done as far as it can be, and what failed can be run again', async () => {
    const { fleet_id } = await plane.json('fleets', 'create', 'Taken');
    const input = '# one comment\n- name: First\n- name: Taken\n  region: eu\n- name: Second\n';
    await writeFile(file('fleets.yaml'), input);
    const partial = await plane.run(['fleets', 'create', '--from-file', file('fleets.yaml'), '--json']);
    expect(partial.exit).toBe(12);
    expect(JSON.parse(partial.stdout)).toMatchObject({
      total: 3,
      succeeded: 2,
      failed: 1,
      failed_file: file('fleets.failed.yaml'),
      failures: [{ line: 3, key: 'Taken', code: 'already_exists' }],
    });
    expect(await readFile(file('fleets.failed.yaml'), 'utf8')).toBe('- name: Taken\n  region: eu\n');
    expect((await stat(file('fleets.failed.yaml'))).mode & 0o777).toBe(0o600);

    const again = await plane.run(['fleets', 'create', '--from-file', file('fleets.failed.yaml')]);
    expect(again.exit).toBe(12);
    await plane.json('fleets', 'delete', String(fleet_id), '--yes');
    const mended = await plane.json('fleets', 'create', '--from-file', file('fleets.failed.yaml'));
    expect(mended).toMatchObject({ succeeded: 1, failed: 0 });
    const { data } = await plane.json('fleets', 'list');
    const regions = new Map(
      (data as { name: string; region: string }[]).map((row) => [row.name, row.region]),
    );
    expect(regions.get('Taken')).toBe('eu');
  });

  it('keeps the order and the text of CSV rows in the file of failures', async () => {
    const rows = ['ok-1,h', '"stats","a ""b"""', 'ok-2,h', 'no/slash,h'];
    await writeFile(file('mixed.csv'), `endpoint_id,hostname\n${rows.join('\n')}\n`);
    const args = ['endpoints', 'register', '--from-file', file('mixed.csv')];
    const partial = await plane.run([...args, '--failed-file', file('left.csv')]);
    expect(partial.exit).toBe(12);
    expect(partial.stdout).toContain('no/slash');
    expect(await readFile(file('left.csv'), 'utf8')).toBe(`endpoint_id,hostname\n${rows[1]}\n${rows[3]}\n`);
  });

  it('makes keys whose secrets go to files of their owner', async () => {
    await writeFile(
      file('keys.csv'),
      'name,scope_level,scope_target_id,permissions,ttl_seconds\nbot one,agent,bot,execute;read,3600\n,organization,,read,\nlost,fleet,nowhere,execute,\n',
    );
    const args = ['api-keys', 'create', '--from-file', file('keys.csv')];
    expect((await plane.run(args)).exit).toBe(2);
    const partial = await plane.run([...args, '--key-dir', file('keys'), '--json']);
    expect(partial.exit).toBe(12);
    expect(partial.stdout + partial.stderr).not.toMatch(/thoth_live_\w{12}/u);
    const { items, failures } = JSON.parse(partial.stdout);
    expect(items).toMatchObject([
      { name: 'bot one', permissions: ['execute', 'read'], key_file: join(file('keys'), 'bot_one.key') },
      { name: null, key_file: join(file('keys'), 'organization.key') },
    ]);
    expect(failures).toMatchObject([{ line: 4, code: 'scope_target_not_found' }]);
    expect((await readdir(file('keys'))).sort()).toEqual(['bot_one.key', 'organization.key']);
    expect((await stat(join(file('keys'), 'bot_one.key'))).mode & 0o777).toBe(0o600);
    const key = (await readFile(join(file('keys'), 'bot_one.key'), 'utf8')).trim();
    expect(await plane.enforce(key, 'read_file')).toMatchObject({ decision: 'ALLOW' });
    // A key file is never replaced by a second run.
    expect((await plane.run([...args, '--key-dir', file('keys')])).exit).toBe(2);
  });

  it('says plainly that nothing could be done at all', async () => {
    const away = await plane.run(
      [
        'endpoints',
        'register',
        '--from-file',
        file('rows.csv'),
        '--govapi-url',
        'http://127.0.0.1:9',
        '--json',
      ],
      { THOTH_AUTH_TOKEN: 'x' },
    );
    expect(away.exit).toBe(9);
  });

  it('leaves more records than one page shows, and the page says so', async () => {
    const rows = Array.from({ length: 110 }, (_, at) =>
      JSON.stringify({ endpoint_id: `p-${at}`, hostname: 'h' }),
    );
    await writeFile(file('page.ndjson'), rows.join('\n'));
    await plane.json('endpoints', 'register', '--from-file', file('page.ndjson'));
    const page = await plane.run(['evidence', 'chain']);
    expect(page.stderr).toMatch(/^100 of \d+ shown; --all shows every one\.\n$/);
    for (const asked of ['--all', '--limit=5', '--quiet'])
      expect((await plane.run(['evidence', 'chain', asked])).stderr).toBe('');
  });
});
