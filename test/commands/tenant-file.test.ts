import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
beforeAll(async () => {
  plane = await LocalPlane.start();
  await writeFile(join(plane.home, 'jamf-secret'), 'jamf-secret-value\n', { mode: 0o600 });
  await mkdir(join(plane.home, 'policies'));
  await writeFile(
    join(plane.home, 'policies/dlp.cedar'),
    'forbid(principal, action == Thoth::Action::"tool_call:wipe", resource);\n',
  );
  const helper = join(plane.home, 'print-secret.sh');
  await writeFile(helper, '#!/bin/sh\nprintf exec-secret-value\n');
  await chmod(helper, 0o755);
});
afterAll(() => plane.remove());

const write = async (name: string, text: string): Promise<string> => {
  const path = join(plane.home, name);
  await writeFile(path, text);
  return path;
};

const FILE = (extra = ''): string => `version: 1
settings:
  compliance_profile: soc2
  shadow_policy: { critical: block }
  tool_risk_overrides: { wipe: critical }
  webhook: { enabled: false, url: https://hooks.example/t, secret: env:HOOK_SECRET }
  siem: { provider: splunk, webhook: { enabled: false, url: https://siem.example/, secret: "exec:./print-secret.sh" } }
  pam: { enabled: false, provider: custom, callback_secret: env:HOOK_SECRET }
fleets:
  laptops: { region: eu, rollout_pct: 25 }
mcp_vendors:
  "Acme Tools": { display_name: Acme, approved: true, host_patterns: ["*.acme.example", tools.acme.example] }
mdm:
  jamf: { name: prod, enabled: true, config: { base_url: https://jamf.example, client_id: c, client_secret: "file:jamf-secret" } }
browser_providers:
  chrome: { name: Chrome, enabled: true }
browser_policies:
  chrome:
    baseline: { policy: { blocked_urls: [b.example] }, enforcement_mode: enforce, active: true }
agents:
  bot: { approved_scope: [read_file, search] }
policy_bundles:
  dlp: { file: policies/dlp.cedar, assignments: [agent:bot], description: no wiping }
packs:
  bot:
    soc2-type2: { environment: prod }
api_keys:
  ci: { scope_level: organization, permissions: [read, write], key_file: ci.key }
${extra}`;
const ENV = { HOOK_SECRET: 'hook-secret-value' };

describe('a tenant as code', () => {
  it('goes from nothing to the file, shows nothing more to do, and exports what it applied', async () => {
    const file = await write('thoth.tenant.yaml', FILE());
    const planned = await plane.run(['plan', file, '--exit-code'], ENV);
    expect(planned.exit, planned.stderr).toBe(3);
    expect(planned.stdout).toContain('+ create fleets/laptops');
    expect(planned.stdout).toContain('webhook.secret: (secret) will be written');

    expect(await plane.run(['apply', file], ENV)).toMatchObject({ exit: 2 });
    const applied = await plane.run(['apply', file, '--yes'], ENV);
    expect(applied.exit, applied.stderr).toBe(0);
    expect((await stat(join(plane.home, 'ci.key'))).mode & 0o777).toBe(0o600);
    for (const text of [planned, applied])
      expect(text.stdout + text.stderr).not.toMatch(/secret-value|thoth_(live|org|test)_\w{12}/);

    expect(await plane.run(['plan', file, '--exit-code'], ENV)).toMatchObject({
      exit: 0,
      stdout: 'No differences.\n',
    });
    expect((await plane.run(['apply', file, '--yes', '--json'], ENV)).stdout).toContain('"changes": []');

    const exported = await plane.run(['export', '--output', join(plane.home, 'export.yaml')]);
    expect(exported.exit, exported.stderr).toBe(0);
    const text = await readFile(join(plane.home, 'export.yaml'), 'utf8');
    expect(text).toContain('yaml-language-server');
    expect(text).not.toMatch(/secret-value/);
    const again = await plane.run(['plan', join(plane.home, 'export.yaml'), '--exit-code', '--json']);
    expect(again.stdout).toContain('"changes": []');
    expect(again.exit).toBe(0);
  });

  it('governs: the pushed bundle blocks, the scope allows', async () => {
    const key = await plane.agentKey();
    const call = (tool: string) => plane.enforce(key, tool, { agent_id: 'bot', approved_scope: [] });
    expect(await call('search')).toMatchObject({ decision: 'ALLOW' });
    expect(await call('wipe')).toMatchObject({ decision: 'BLOCK' });
  });

  it('shows drift field by field and mends it', async () => {
    const file = join(plane.home, 'thoth.tenant.yaml');
    await plane.run(['settings', 'set', '--set', 'shadow_policy.critical=allow']);
    const drift = await plane.run(['plan', file, '--exit-code', '--json'], ENV);
    expect(drift.exit).toBe(3);
    expect(JSON.parse(drift.stdout)).toMatchObject({
      changes: [
        {
          section: 'settings',
          action: 'update',
          fields: [{ path: 'shadow_policy.critical', before: 'allow', after: 'block' }],
        },
      ],
    });
    expect(await plane.run(['apply', file, '--yes'], ENV)).toMatchObject({ exit: 0 });
    const settled = await plane.run(['plan', file, '--exit-code'], ENV);
    expect(settled.exit).toBe(0);
    expect(settled.stderr).toMatch(
      /cannot be compared; --secrets writes .*: settings\/webhook\.secret, .*mdm\/jamf/,
    );
    const anew = await plane.run(['plan', file, '--secrets'], ENV);
    expect(anew.stdout).toContain('webhook.secret: (secret) will be written');
    expect(anew.stderr).not.toContain('cannot be compared');
  });

  it('prunes only sections that are named', async () => {
    const file = await write('fewer.yaml', FILE().replace(/^ {2}laptops:.*$/m, '  desktops: { region: us }'));
    const kept = await plane.run(['plan', file], ENV);
    expect(kept.stdout).not.toContain('- delete');
    const pruned = await plane.run(['apply', file, '--prune', 'fleets', '--yes'], ENV);
    expect(pruned.exit, pruned.stderr).toBe(0);
    expect(pruned.stderr).toContain('- delete fleets/laptops');
    const fleets = await plane.json('export', '--section', 'fleets');
    expect(JSON.stringify(fleets)).toContain('desktops');
    expect(JSON.stringify(fleets)).not.toContain('laptops');
  });

  it('a saved plan applies once, to the tenant it was made from, as long as nothing moved', async () => {
    const file = await write('more.yaml', FILE().replace('region: eu', 'region: us'));
    const plan = join(plane.home, 'plan.json');
    await plane.run(['plan', file, '--save', plan], ENV);
    expect(await readFile(plan, 'utf8')).not.toContain('secret-value');

    const edited = await write('edited.json', (await readFile(plan, 'utf8')).replaceAll('"us"', '"xx"'));
    expect(await plane.run(['apply', '--plan', edited], ENV)).toMatchObject({ exit: 7 });
    expect(await plane.run(['apply', '--plan', file], ENV)).toMatchObject({ exit: 2 });
    expect(await plane.run(['apply', '--plan', plan], ENV)).toMatchObject({ exit: 0 });
    const late = await plane.run(['apply', '--plan', plan], ENV);
    expect(late.exit).toBe(7);
    expect(late.stderr).toContain('changed since the plan');
  });

  it('warns of a member no MDM provider reads, never shows what it holds, and has nothing more to do', async () => {
    const strays = (size: number): string => `version: 1
mdm:
  kandji: { enabled: true, config: { api_url: "https://k.example", api_tokn: mistyped-secret, page_size: ${size} } }
`;
    const file = await write('stray.yaml', strays(50));
    const told = [
      `Warning: ${file}:3:78: nothing reads "api_tokn" of a kandji configuration; did you mean api_token?`,
      `Warning: ${file}:3:106: nothing reads "page_size" of a kandji configuration; it reads api_url, api_token`,
    ];
    const plan = join(plane.home, 'stray-plan.json');
    const planned = await plane.run(['plan', file, '--save', plan]);
    expect(planned.stderr.split('\n').slice(0, 2)).toEqual(told);
    const fromPlan = await plane.run(['apply', '--plan', plan, '--dry-run']);
    expect(fromPlan).toMatchObject({ exit: 0, stderr: `${told.join('\n')}\n` });
    expect(planned.stdout).toContain('config.page_size: (secret) will be written');
    const applied = await plane.run(['apply', file, '--yes']);
    expect([applied.exit, applied.stdout]).toEqual([0, '1 change made.\n']);
    expect(applied.stderr.split('\n').slice(0, 2)).toEqual(told);

    const again = await plane.run(['plan', file, '--exit-code']);
    expect([again.exit, again.stdout]).toEqual([0, 'No differences.\n']);
    expect(again.stderr.split('\n').slice(0, 2)).toEqual(told);
    expect(again.stderr).toMatch(/--secrets writes what .*: mdm\/kandji\/config\.api_tokn, .*\.page_size/);
    await write('stray.yaml', strays(60));
    const anew = await plane.run(['apply', file, '--secrets', '--yes']);
    expect([anew.exit, anew.stdout]).toEqual([0, '1 change made.\n']);
    for (const { stdout, stderr } of [planned, fromPlan, applied, again, anew])
      expect(stdout + stderr).not.toContain('mistyped-secret');
  });

  it('resolves every secret before it sends anything', async () => {
    const file = await write(
      'missing.yaml',
      FILE('').replaceAll('env:HOOK_SECRET', 'env:NOT_SET').replace('region: eu', 'region: mars'),
    );
    const failed = await plane.run(['apply', file, '--yes', '--secrets']);
    expect(failed.exit).toBe(2);
    expect(failed.stderr).toContain('env:NOT_SET');
    expect(JSON.stringify(await plane.json('export', '--section', 'fleets'))).not.toContain('mars');
  });

  it('lists every fault of a file with its place, and sends nothing', async () => {
    const file = await write(
      'broken.yaml',
      `version: 1
settings:
  webhook: { secret: in-the-clear }
fleets:
  a: { rollout_pct: 200, colour: blue }
policy_bundles:
  x: { file: nowhere.cedar }
  y: { framework: CEDAR, raw_policy: "forbid(principal, action, resource) when { 1.5 > 1 };" }
  z: { file: huge.rego }
`,
    );
    await writeFile(join(plane.home, 'huge.rego'), Buffer.alloc(50 * 1024 * 1024, 0x61));
    const failed = await plane.run(['plan', file]);
    expect(failed.exit).toBe(2);
    expect(failed.stderr).toMatch(/broken\.yaml:5:\d+: error: .*rollout_pct/);
    expect(failed.stderr).toMatch(/broken\.yaml:5:\d+: error: unknown key `colour`/);
    expect(failed.stderr).toMatch(/fix: it may have region, policy_id/);
    const values = await write(
      'values.yaml',
      (await readFile(file, 'utf8')).replace('rollout_pct: 200, colour: blue', 'region: eu'),
    );
    const second = await plane.run(['plan', values]);
    expect(second.stderr).toMatch(/values\.yaml:3:\d+: error: `webhook\.secret` holds a secret/);
    expect(second.stderr).toMatch(
      /values\.yaml:7:\d+: error: `nowhere\.cedar`: it cannot be read \(ENOENT\)/,
    );
    expect(second.stderr).toMatch(/values\.yaml:9:\d+: error: `huge\.rego`: it has 52428800 bytes/);
    expect(second.stderr).toMatch(/values\.yaml:8:\d+: error: /);
    expect(second.stderr).not.toContain('in-the-clear');
  });

  it.each([
    [['plan', 'nowhere.yaml'], 2],
    [['apply', '--plan', 'nowhere.json'], 2],
    [['apply', 'x.yaml', '--plan', 'y.json'], 2],
    [['plan', '--prune', 'settings'], 2],
  ])('%j exits %i', async (args, exit) => {
    expect((await plane.run(args)).exit).toBe(exit);
  });

  it('a file for another tenant is refused', async () => {
    const file = await write('other.yaml', 'version: 1\ntenant: somebody-else\n');
    expect(await plane.run(['plan', file])).toMatchObject({ exit: 7 });
  });
});

describe('several tenants', () => {
  beforeAll(async () => {
    for (const tenant of ['canary', 'second', 'third']) {
      const created = await plane.json('tenants', 'create', tenant);
      const token = await write(`${tenant}.token`, `${String(created['admin_token'])}\n`);
      const set = await plane.run([
        'context',
        'set',
        tenant,
        '--tenant-id',
        tenant,
        '--govapi-url',
        plane.url,
        '--auth-token-file',
        token,
      ]);
      expect(set.exit, set.stderr).toBe(0);
    }
  });
  const to = (...names: string[]): string[] => names.flatMap((name) => ['--to-context', name]);

  it('get the same file in order', async () => {
    const file = await write(
      'all.yaml',
      'version: 1\nfleets:\n  shared: { region: eu }\nmdm:\n  custom: { config: { paging: none } }\n',
    );
    const applied = await plane.run(['apply', file, ...to('canary', 'second'), '--yes', '--json']);
    expect(applied.exit, applied.stderr).toBe(0);
    expect(JSON.parse(applied.stdout)).toMatchObject({
      tenants: [
        { context: 'canary', status: 'applied' },
        { context: 'second', status: 'applied' },
      ],
    });
    expect(
      JSON.parse((await plane.run(['apply', file, ...to('canary', 'second'), '--yes', '--json'])).stdout),
    ).toMatchObject({
      tenants: [{ status: 'unchanged' }, { status: 'unchanged' }],
    });
  });

  it('stop at the first that fails', async () => {
    const file = await write(
      'keys.yaml',
      'version: 1\nfleets:\n  late: { region: eu }\napi_keys:\n  same: { scope_level: organization, permissions: [read], key_file: same.key }\n',
    );
    const stopped = await plane.run(['apply', file, ...to('canary', 'second', 'third'), '--yes', '--json']);
    expect(stopped.exit).toBe(12);
    // The second would write its key over that of the first.
    expect(JSON.parse(stopped.stdout)).toMatchObject({
      tenants: [
        { context: 'canary', status: 'applied' },
        { context: 'second', status: 'failed' },
        { context: 'third', status: 'skipped' },
      ],
    });
  });
});
