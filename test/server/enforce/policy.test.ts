import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractIssues } from '../http/running-server.js';
import { startDataPlane, type DataPlane } from './data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

let sessions = 0;
const ask = (agent: string, members: Record<string, unknown> = {}) =>
  thoth.enforce({ agent_id: agent, session_id: `policy-${(sessions += 1)}`, ...members });

async function push(
  agent: string,
  framework: 'CEDAR' | 'OPA',
  source: string,
  more: object = {},
): Promise<void> {
  const reply = await thoth.call('POST', '/thoth/policy-bundles', {
    name: `for-${agent}`,
    framework,
    raw_policy: source,
    assignments: [`agent:${agent}`],
    ...more,
  });
  expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
}

const CEDAR_FORBID = `
@id("no-search")
forbid (principal, action == Thoth::Action::"tool_call:search_docs", resource);
`;
const CEDAR_STEP_UP = `
@id("ask-first")
@thoth_effect("STEP_UP")
forbid (principal, action == Thoth::Action::"tool_call:search_docs", resource);
`;
const REGO_DENY = `
package thoth

import rego.v1

deny contains decision if {
  input.action == "tool_call:search_docs"
  input.principal.id != ""
  input.context.environment == "prod"
  decision := {"id": "no-prod-search", "reason": "no searching in production"}
}
`;

describe('pushed bundles', () => {
  it('decide in Cedar, name the rule, and govern only whom they are assigned to', async () => {
    await push('cedar-bot', 'CEDAR', CEDAR_FORBID);
    const refused = await ask('cedar-bot');
    expect(refused.body.decision).toBe('BLOCK');
    expect(JSON.stringify(refused.body.matched_rule_ids)).toContain('no-search');
    expect(await contractIssues('checkEnforcement', refused)).toEqual([]);
    expect((await ask('another-bot')).body.decision).toBe('ALLOW');
  });

  it('decide in Rego with a reason of their own', async () => {
    await push('rego-bot', 'OPA', REGO_DENY);
    const refused = await ask('rego-bot');
    expect(refused.body.decision).toBe('BLOCK');
    expect((await ask('rego-bot', { environment: 'dev' })).body.decision).toBe('ALLOW');
  });

  it('hold a call that is in scope', async () => {
    await push('step-bot', 'CEDAR', CEDAR_STEP_UP);
    const held = await ask('step-bot');
    expect(held.body).toMatchObject({ decision: 'STEP_UP', hold_token: expect.any(String) });
    const [row] = (await thoth.call('GET', '/thoth/approvals?limit=1')).body.data;
    expect(JSON.stringify(row.matched_rule_ids)).toContain('ask-first');
  });

  it('only report what they would do while staged', async () => {
    await push('staged-bot', 'CEDAR', CEDAR_FORBID, { status: 'staged', enforcement_mode: 'observe' });
    const reply = await ask('staged-bot');
    expect(reply.body.decision).toBe('ALLOW');
    const [row] = (await thoth.call('GET', '/thoth/governance/feed?agent_id=staged-bot')).body.data;
    expect(row.decision_evidence.observed[0]).toMatchObject({ outcome: 'BLOCK' });
  });

  it('take effect with the reply of the push, also under load', async () => {
    expect((await ask('late-bot')).body.decision).toBe('ALLOW');
    const noise = Array.from({ length: 20 }, () => ask('noise-bot'));
    await push('late-bot', 'CEDAR', CEDAR_FORBID);
    expect((await ask('late-bot')).body.decision).toBe('BLOCK');
    await Promise.all(noise);
  });
});
