import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkAgent } from '../../../src/policy/check-agent/index.js';
import { regexCheck } from './faulty/w31.js';

const folder = mkdtempSync(join(tmpdir(), 'w31-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every way of declaring a tool that a look at `@tool` and `def` misses. */
const AGENT = [
  '@tool',
  'def search(query): ...',
  '@agent.tool(retries=2)',
  'async def wire_transfer(context): ...',
  'export = StructuredTool.from_function(func=run, name="export_records")',
  '',
].join('\n');

/** The step-up rule stands behind a closing brace inside the first rule. */
const POLICY = [
  'forbid (principal, action == Thoth::Action::"tool_call:wire_transfer", resource)',
  'when { { "inner": true } has inner };',
  '@thoth_effect("STEP_UP")',
  'forbid (principal, action == Thoth::Action::"tool_call:export_records", resource);',
  '',
].join('\n');

const EXPECTED = { search: 'ALLOW', wire_transfer: 'BLOCK', export_records: 'STEP_UP' };

type Check = (agentFile: string, policyFile: string) => Promise<Record<string, string>>;

const ours: Check = async (agent, policy) => {
  const report = await checkAgent({
    agents: [agent],
    policies: [policy],
    enforcementMode: 'enforce',
    agentId: 'agent',
    approvedScope: undefined,
    environment: 'prod',
  });
  return Object.fromEntries(report.shadow_report.results.map(({ name, decision }) => [name, decision]));
};

async function missesNothing(check: Check): Promise<void> {
  const [agent, policy] = [join(folder, 'agent.py'), join(folder, 'guard.cedar')];
  writeFileSync(agent, AGENT);
  writeFileSync(policy, POLICY);
  expect(await check(agent, policy)).toEqual(EXPECTED);
}

describe('W31: the check in CI misses no rule and no tool', () => {
  it('ours', () => missesNothing(ours));

  it('goes red on one that reads with patterns', async () => {
    await expect(missesNothing(regexCheck)).rejects.toThrow(/deeply equal/);
  });
});
