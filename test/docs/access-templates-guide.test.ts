import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from '../commands/local-plane.js';
import { cliEnvironment, ROOT } from '../support/cli.js';

// The guide runs as printed against a real control plane; then agents call, and what was compiled decides.

let plane: LocalPlane;
let key: string;
let printed: string;

beforeAll(async () => {
  plane = await LocalPlane.start();
  key = await plane.agentKey();
  const bin = join(plane.home, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'thothctl'), `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/bin/run.cjs" "$@"\n`);
  await chmod(join(bin, 'thothctl'), 0o755);
  const guide = await readFile(join(ROOT, 'docs/guides/access-templates.md'), 'utf8');
  const blocks = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const { stdout } = await promisify(execFile)('bash', ['-c', ['set -euo pipefail; exec </dev/null', ...blocks].join('\n')], {
    cwd: plane.home,
    env: { ...cliEnvironment(plane.home), PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    timeout: 240_000,
  });
  printed = stdout;
}, 270_000);
afterAll(() => plane.remove());

let sessions = 0;
/** A call of a new session whose caller approves nothing itself. */
async function decided(agent: string, tool: string, more: object = {}): Promise<unknown> {
  sessions += 1;
  const reply = await plane.enforce(key, tool, {
    agent_id: agent,
    session_id: `session-${sessions}`,
    approved_scope: [],
    ...more,
  });
  return `${String(reply['decision'])} ${String(reply['decision_reason_code'])}`;
}
const internal = { purpose: 'internal' };

describe('the access templates guide', () => {
  it('compiles, explains and applies as printed', () => {
    expect(printed).toMatch(/create +policies\/grants-agent-billing-bot\.rego/);
    expect(printed).toMatch(/bundle grants-agent-billing-bot +BLOCK +rule purpose/);
    expect(printed).toMatch(/bundle grants-agent-billing-bot@1 +BLOCK +rule purpose/);
    expect(printed).toContain('+ create packs/billing-bot/soc2-type2');
  });

  it.each([
    ['a granted purpose', 'billing-bot', 'read_record', internal, 'ALLOW in_approved_scope'],
    ['another purpose', 'billing-bot', 'read_record', { purpose: 'customer-facing' }, 'BLOCK purpose_not_granted'],
    ['no purpose', 'billing-bot', 'read_record', {}, 'BLOCK purpose_not_granted'],
    [
      'data the purpose may not read',
      'billing-bot',
      'read_record',
      { ...internal, data_classification: 'restricted' },
      'BLOCK classification_not_readable',
    ],
    ['a payment, which the controls hold', 'billing-bot', 'send_payment', internal, 'STEP_UP pack_critical_risk'],
    ['the class a call is taken to use', 'research-bot', 'search_handbook', {}, 'BLOCK classification_not_readable'],
    ['public data for no purpose', 'research-bot', 'search_handbook', { data_classification: 'public' }, 'ALLOW in_approved_scope'],
    [
      'a tool the caller approves itself',
      'research-bot',
      'read_record',
      { ...internal, approved_scope: ['read_record'] },
      'BLOCK tool_not_granted',
    ],
    [
      'a role that has the grant too',
      'billing-bot',
      'search_handbook',
      { ...internal, identity_binding: { human_role: 'auditor' } },
      'ALLOW in_approved_scope',
    ],
    [
      'a group without the grant',
      'billing-bot',
      'read_record',
      { ...internal, identity_binding: { human_groups: ['auditors@example.com'] } },
      'BLOCK tool_not_granted',
    ],
    ['somebody no template names', 'another-bot', 'read_record', internal, 'BLOCK tool_not_in_approved_scope'],
  ])('decides on %s', async (_name, agent, tool, more, expected) => {
    expect(await decided(agent, tool, more)).toBe(expected);
  });

  it('has nothing left to apply, also after each document went its own way', async () => {
    const settled = () => plane.run(['plan', 'compiled/thoth.tenant.yaml', '--exit-code']);
    expect(await settled()).toMatchObject({ exit: 0, stdout: 'No differences.\n' });
    await plane.json('agents', 'scope', 'set', 'billing-bot', '--none');
    await plane.json('packs', 'revoke', 'billing-bot', 'soc2-type2', '--yes');
    expect((await settled()).exit).toBe(3);
    await plane.json('agents', 'scope', 'set', 'billing-bot', '--file', 'compiled/scopes/billing-bot.json');
    await plane.json('packs', 'apply', '--file', 'compiled/packs/billing-bot.json');
    expect(await settled()).toMatchObject({ exit: 0 });
    expect((await plane.run(['policy', 'diff', 'compiled/policies', '--exit-code'])).exit).toBe(0);
  });

  it('takes everything from an agent whose grant is gone', async () => {
    const grants = join(plane.home, 'access/grants.yaml');
    const text = await readFile(grants, 'utf8');
    await writeFile(grants, text.replace(/ {2}- principal: agent:research-bot\n(?: {4}.*\n)*/u, ''));
    const check = await plane.run(['policy', 'templates', 'compile', 'access', '--out', 'compiled', '--check']);
    expect(check.exit).toBe(3);
    expect(check.stderr).toContain('principals.yaml:4:11: warning: no grant is made to research-bot');
    await plane.json('policy', 'templates', 'compile', 'access', '--out', 'compiled');
    await plane.json('apply', 'compiled/thoth.tenant.yaml', '--yes');
    const call = { data_classification: 'public', approved_scope: ['search_handbook'] };
    expect(await decided('research-bot', 'search_handbook', call)).toBe('BLOCK tool_not_granted');
    expect(await decided('billing-bot', 'read_record', internal)).toBe('ALLOW in_approved_scope');
  });
});
