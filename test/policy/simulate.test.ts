import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPolicyInput } from '../../src/engine/index.js';
import type { EngineRequest } from '../../src/engine/types.js';
import { simulatePolicy } from '../../src/policy/simulate/index.js';
import { readsOf } from '../../src/policy/simulate/reads.js';
import { request } from '../engine/fixtures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-simulate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let next = 1;
function call(over: Partial<EngineRequest>, more: Record<string, unknown> = {}): string {
  const asked = request(over);
  const index = next++;
  return JSON.stringify({
    chain_index: index,
    evidence_id: `dec_${index}`,
    occurred_at: asked.receivedAt,
    agent_id: asked.agentId,
    tool_name: asked.toolName,
    decision: 'ALLOW',
    decision_reason_code: 'in_approved_scope',
    matched_rule_ids: ['scope'],
    in_scope: true,
    input: buildPolicyInput(asked),
    standing: { decision: 'ALLOW', decision_reason_code: 'in_approved_scope', matched_rule_ids: ['scope'] },
    ...more,
  });
}

async function simulate(policies: Record<string, string>, lines: readonly string[], promoted = false) {
  const root = await mkdtemp(join(folder, 'p-'));
  for (const [file, text] of Object.entries(policies)) await writeFile(join(root, file), text);
  const file = join(root, 'calls.ndjson');
  await writeFile(file, lines.join('\n'));
  return simulatePolicy({ path: root, from: { file }, save: undefined, promoted });
}

const LARGE =
  '@id("large")\n@thoth_effect("STEP_UP")\nforbid (principal, action, resource) when { context.args has amount && context.args.amount > 100 };';
const NIGHT =
  'package night\n\nimport rego.v1\n\ndeny contains "at night" if {\n\tinput.principal.id != ""\n\tinput.action != ""\n\tinput.context.hour_utc < 6\n}\n';

describe('policy simulate', () => {
  it('counts what would be newly held, blocked and allowed, by tool, agent and rule, with the first examples', async () => {
    const report = await simulate({ 'large.cedar': LARGE, 'night.rego': NIGHT }, [
      ...[200, 300, 400, 500].map((amount) => call({ toolName: 'pay', toolArgs: { amount } })),
      call({ toolName: 'pay', toolArgs: { amount: 5 } }),
      call({ toolName: 'read', receivedAt: '2026-03-02T03:00:00.000Z' }),
      call({ toolName: 'mail' }, { decision: 'BLOCK', matched_rule_ids: ['gone@3#no-mail'] }),
    ]);
    expect(report).toMatchObject({
      calls: 7,
      unchanged: 1,
      changed: { newly_held: 4, newly_blocked: 1, newly_allowed: 1, otherwise_changed: 0 },
    });
    expect(report.changes[0]).toMatchObject({
      kind: 'newly_held',
      tool: 'pay',
      rule: 'large#large',
      count: 4,
    });
    expect(report.changes[0]?.examples).toHaveLength(3);
    expect(report.changes.find(({ tool }) => tool === 'read')).toMatchObject({
      rule: 'night#deny',
      kind: 'newly_blocked',
    });
    expect(report.changes.find(({ tool }) => tool === 'mail')).toMatchObject({
      kind: 'newly_allowed',
      rule: 'scope',
    });
  });

  it('counts what cannot be decided again by what is missing, and only where it matters', async () => {
    const redacted = { toolName: 'pay', toolArgs: { amount: '[redacted]' } };
    const lines = [
      call({}, { input: null, standing: null }),
      call({}, { input: { nonsense: true } }),
      call(redacted),
      call({ toolName: 'write_x' }, { in_scope: null }),
      call({ toolName: 'pay', toolArgs: { amount: 900 } }, { in_scope: true }),
    ];
    const report = await simulate({ 'large.cedar': LARGE }, lines);
    expect(report.not_evaluated).toEqual({
      over_budget: 0,
      input_not_kept: 1,
      not_readable: 1,
      input_redacted: 1,
      scope_not_recorded: 1,
    });
    expect(report.unchanged).toBe(0);
    // The same call is decided where no policy looks at its arguments.
    const blind = await simulate({ 'night.rego': NIGHT }, [call(redacted)]);
    expect(blind).toMatchObject({ unchanged: 1, not_evaluated: { input_redacted: 0 } });
  });

  it.each([
    [true, 'c.cedar', 'context.args has amount && context.args.amount > 100'],
    [true, 'c.cedar', 'context has args && context.args["amount"] == 1'],
    [false, 'c.cedar', 'context.args has "password"'],
    [false, 'c.cedar', 'context.args.password == "x"'],
    [false, 'c.cedar', 'context.args == {}'],
    [false, 'c.cedar', '[context.args].contains({})'],
    [true, 'r.rego', 'input.tool.args.amount > 100'],
    [true, 'r.rego', 'input.tool.args.amount.of > 100; input.tool.name == "x"'],
    [false, 'r.rego', 'input.tool.args.password == "x"'],
    [false, 'r.rego', 'input.tool.args["amount"] == 1'],
    [false, 'r.rego', 'some value in input.tool.args; value == 1'],
    [false, 'r.rego', 'input.tool == {}'],
    [false, 'r.rego', 'count(input) == 1'],
  ])('decides (%s) a call with a secret beside what %s reads: %s', async (decided, file, condition) => {
    const policy = file.endsWith('cedar')
      ? `forbid (principal, action, resource) when { ${condition} };\n`
      : `package r\n\nimport rego.v1\n\ndeny contains "x" if {\n\tinput.principal.id != ""\n\tinput.action != ""\n\tinput.context.purpose == "p"\n\t${condition}\n}\n`;
    const reads = readsOf([
      {
        id: 'b',
        name: 'b',
        version: 1,
        framework: file.endsWith('cedar') ? 'CEDAR' : 'OPA',
        rawPolicy: policy,
        policyHash: '',
        assignments: ['all'],
        binding: true,
        evaluable: true,
      },
    ]);
    const input = buildPolicyInput(
      request({ toolName: 'pay', toolArgs: { amount: 1, password: '[redacted]' } }),
    );
    expect(reads.meetsRedaction(input)).toBe(!decided);
  });

  it('lets what stands beside the bundles hold, and the stricter of both win', async () => {
    const standing = {
      decision: 'STEP_UP',
      decision_reason_code: 'risk_tier_step_up',
      matched_rule_ids: ['risk-tier'],
    };
    const report = await simulate({ 'night.rego': NIGHT }, [
      call({}, { decision: 'BLOCK', standing }),
      call({ receivedAt: '2026-03-02T03:00:00.000Z' }, { decision: 'BLOCK', standing }),
    ]);
    expect(report).toMatchObject({ unchanged: 1, changed: { newly_held: 1 } });
    expect(report.changes[0]?.rule).toBe('risk-tier');
  });

  it('asks observed bundles only when they are taken as promoted', async () => {
    const manifest = { 'thoth.policy.yaml': 'defaults: { mode: observe }\n', 'large.cedar': LARGE };
    const lines = [call({ toolName: 'pay', toolArgs: { amount: 900 } })];
    expect((await simulate(manifest, lines)).unchanged).toBe(1);
    expect((await simulate(manifest, lines, true)).changed.newly_held).toBe(1);
  });

  it('names the line of a file that is no recorded call', async () => {
    await expect(simulate({ 'night.rego': NIGHT }, [call({}), '{"chain_index": 1}'])).rejects.toMatchObject({
      exit: 'usage',
      message: expect.stringContaining('calls.ndjson:2'),
    });
    await expect(simulate({ 'night.rego': NIGHT }, [call({}), '{oops'])).rejects.toMatchObject({
      message: expect.stringContaining('calls.ndjson:2:2 is not JSON'),
    });
  });
});
