import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
let key: string;
beforeAll(async () => {
  plane = await LocalPlane.start();
  key = await plane.agentKey();
});
afterAll(() => plane.remove());

const deleting = { approved_scope: ['delete_ledger'] };

describe('packs', () => {
  it('govern an agent from apply to revoke', async () => {
    expect((await plane.enforce(key, 'delete_ledger', deleting))['decision']).toBe('ALLOW');
    const applying = ['packs', 'apply', '--pack-id', 'sec-cftc-records', '--agent-id', 'bot'];
    const controls = [
      '--trust-floor',
      '0.5',
      '--overrides-by-pack-json',
      '{"sec-cftc-records":{"note":"x"}}',
    ];
    const plan = await plane.json(...applying, ...controls, '--dry-run');
    expect(plan).toMatchObject({
      dry_run: true,
      would_apply: {
        agent_ids: ['bot'],
        overrides_by_pack: { 'sec-cftc-records': { note: 'x', behavioral_controls: { trust_floor: 0.5 } } },
      },
    });
    expect(await plane.json('packs', 'status')).toMatchObject({ agents: [] });
    expect(await plane.json(...applying, ...controls)).toMatchObject({ applied_count: 1, failed_count: 0 });
    expect((await plane.enforce(key, 'delete_ledger', deleting))['decision']).toBe('BLOCK');
    const table = await plane.run(['packs', 'status']);
    expect(table.stdout).toMatch(/bot\s+sec-cftc-records\s.*in_sync/);
    expect((await plane.run(['packs', 'rules', 'sec-cftc-records'])).stdout).toContain('records-are-kept');
    expect((await plane.run(['packs', 'history', 'soc2-type2'])).stdout.trim().split('\n')).toHaveLength(3);
    expect((await plane.run(['packs', 'revoke', 'bot', 'sec-cftc-records', '--no-input'])).exit).toBe(2);
    await plane.json('packs', 'revoke', 'bot', 'sec-cftc-records', '--yes');
    expect((await plane.enforce(key, 'delete_ledger', deleting))['decision']).toBe('ALLOW');
    const wrong = await plane.run([...applying, '--critical-threshold', '85']);
    expect([wrong.exit, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('--critical-threshold must be a number'),
    ]);
  });
});

it('an environment that hardly any call names is warned of', async () => {
  const apply = ['packs', 'apply', '--agent-id', 'bot', '--pack-id', 'soc2-type2', '--dry-run', '--json'];
  expect((await plane.run([...apply, '--environment', 'Prod'])).stderr).toBe('');
  expect((await plane.run([...apply, '--environment', 'pord'])).stderr).toContain('environment "pord"');
});

describe('rule versions', () => {
  const at = (...more: string[]) => ['packs', 'apply', '--agent-id', 'held-bot', ...more];

  it('hold an agent at older rules until it is applied anew', async () => {
    await plane.json(...at('--pack-id', 'soc2-type2', '--rule-version', '1'));
    expect((await plane.run(['packs', 'status'])).stdout).toMatch(
      /held-bot\s+soc2-type2\s+1\s+1\s+2\s+outdated/,
    );
    const two = ['--pack-id', 'soc2-type2', '--pack-id', 'gdpr-ai-agents'];
    const table = await plane.run(at(...two, '--rule-version', 'gdpr-ai-agents=1'));
    expect(table.stdout).toMatch(/soc2-type2\s+2\s+active[^]*gdpr-ai-agents\s+1\s+active/);
  });

  it.each([
    [['soc2-type2=x'], 'is not a version'],
    [['1'], 'does not say which pack'],
    [['hipaa-minimum-necessary=1'], 'which no --pack-id does'],
    [['soc2-type2=1', 'soc2-type2=2'], 'two versions'],
    [['soc2-type2=9'], 'packs history'],
  ])('are refused with the remedy: %j', async (versions, told) => {
    const flags = versions.flatMap((version) => ['--rule-version', version]);
    const wrong = await plane.run(at('--pack-id', 'soc2-type2', '--pack-id', 'gdpr-ai-agents', ...flags));
    expect([wrong.exit, wrong.stderr]).toEqual([2, expect.stringContaining(told)]);
  });
});

describe('exceptions', () => {
  it('are asked for, reviewed, in force and made to last', async () => {
    const outside = { approved_scope: ['read_file'] };
    const refused = await plane.enforce(key, 'send_report', outside);
    expect(refused['decision']).toBe('BLOCK');
    const asking = ['--requested-by', 'ann', '--justification', 'j', '--frequency', 'weekly'];
    const request = ['exceptions', 'request', '--violation-id', String(refused['violation_id']), ...asking];
    const made = await plane.json(...request, '--data-sensitivity', 'internal', '--request-id', 'exc-1');
    expect(made).toMatchObject({ request_id: 'exc-1', status: 'pending' });
    const verdict = ['exceptions', 'review', 'exc-1', '--decision', 'approve', '--reviewed-by', 'bo'];
    expect((await plane.run([...verdict, '--override-until', 'soon'])).exit).toBe(2);
    expect(await plane.json(...verdict, '--override-until', '4h')).toMatchObject({
      status: 'approved',
      runtime_override: { status: 'active', sets_aside: ['scope'] },
    });
    expect((await plane.run(verdict)).exit).toBe(7);
    expect((await plane.enforce(key, 'send_report', outside))['decision']).toBe('ALLOW');
    expect((await plane.run(['exceptions', 'list', '--status', 'approved'])).stdout).toContain('exc-1');
    expect(await plane.json('exceptions', 'artifact', 'show', 'exc-1')).toMatchObject({
      status: 'generated',
    });
    await plane.json('exceptions', 'artifact', 'generate', 'exc-1', '--owner', 'reports');
    const applying = [
      'exceptions',
      'artifact',
      'apply',
      'exc-1',
      '--applied-by',
      'cy',
      '--policy-format',
      'rego',
    ];
    expect(await plane.json(...applying, '--yes')).toMatchObject({ override_revoked: true });
    expect((await plane.enforce(key, 'send_report', outside))['decision']).toBe('ALLOW');
    expect(await plane.json('exceptions', 'show', 'exc-1')).toMatchObject({
      runtime_override: { status: 'revoked' },
    });
    expect(await plane.json('exceptions', 'artifact', 'list')).toMatchObject({ total: 1 });
  });

  it('an approval that puts no override in force says so', async () => {
    const asking = ['--requested-by', 'ann', '--justification', 'j', '--frequency', 'weekly'];
    const request = ['exceptions', 'request', '--violation-id', 'vio_elsewhere', ...asking];
    await plane.json(...request, '--data-sensitivity', 'internal', '--request-id', 'exc-2');
    const verdict = ['exceptions', 'review', 'exc-2', '--decision', 'approve', '--reviewed-by', 'bo'];
    const approved = await plane.run([...verdict, '--override-until', '4h', '--json']);
    expect(JSON.parse(approved.stdout)).toMatchObject({
      status: 'approved',
      runtime_override: { status: 'none' },
    });
    expect([approved.exit, approved.stderr]).toEqual([0, expect.stringContaining('no override is in force')]);
  });
});
