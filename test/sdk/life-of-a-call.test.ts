import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flush, instrument, ThothPolicyViolation, type ThothConfig } from '../../src/sdk/index.js';
import { PATIENT } from './governed-tool.js';
import { ScriptedEnforcer } from './scripted-enforcer.js';

let enforcer: ScriptedEnforcer;

beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(async () => {
  await flush();
  await enforcer.stop();
});

function config(more: ThothConfig = {}): ThothConfig {
  return {
    agentId: 'bot',
    tenantId: 'acme',
    approvedScope: ['search'],
    apiUrl: enforcer.url,
    apiKey: 'thoth_test_key',
    logLevel: 'error',
    ...PATIENT,
    ...more,
  };
}

function searchAgent(more: ThothConfig = {}) {
  const ran: unknown[] = [];
  const tool = {
    name: 'search',
    async run(input: { query: string }): Promise<string> {
      ran.push(input);
      return `found ${input.query}`;
    },
  };
  instrument({ tools: [tool] }, config(more));
  return { tool, ran };
}

describe('a governed call', () => {
  it('asks first, runs with the original arguments and reports PRE and POST', async () => {
    const { tool, ran } = searchAgent();
    const input = { query: 'x' };
    expect(await tool.run(input)).toBe('found x');
    expect(ran[0]).toBe(input);
    const [check] = enforcer.checks;
    expect(check).toMatchObject({
      agent_id: 'bot',
      tenant_id: 'acme',
      user_id: 'system',
      tool_name: 'search',
      session_tool_calls: ['search'],
      approved_scope: ['search'],
      enforcement_mode: 'block',
      environment: 'prod',
      tool_args: { query: 'x' },
      identity_binding: { agent_id: 'bot', tenant_id: 'acme', user_id: 'system' },
    });
    expect(enforcer.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer thoth_test_key',
      'x-api-key': 'thoth_test_key',
    });
    await flush();
    expect(enforcer.events.map((event) => event['event_type'])).toEqual([
      'LLM_INVOCATION',
      'TOOL_CALL_PRE',
      'TOOL_CALL_POST',
    ]);
    expect(enforcer.metadataOf('post')[0]).toMatchObject({
      authorization_decision: 'ALLOW',
      outcome: 'success',
      result_type: 'string',
      result_size_bytes: 7,
      telemetry_capture: 'minimal',
    });
  });

  it('refuses a BLOCK with everything the enforcer said, and never enters the tool', async () => {
    enforcer.decide({
      decision: 'BLOCK',
      decision_reason_code: 'tool_not_in_approved_scope',
      reason: 'outside the scope',
      violation_id: 'vio_1',
      risk_score: 91.5,
      matched_rule_ids: ['r1'],
      rule_version: '4',
    });
    const { tool, ran } = searchAgent();
    const error = await tool.run({ query: 'x' }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ThothPolicyViolation);
    expect(error).toMatchObject({
      message: "Thoth blocked tool 'search': outside the scope (violation_id=vio_1)",
      source: 'policy',
      violationId: 'vio_1',
      decisionReasonCode: 'tool_not_in_approved_scope',
      riskScore: 91.5,
      matchedRuleIds: ['r1'],
      ruleVersion: undefined,
    });
    expect(ran).toEqual([]);
    await flush();
    expect(enforcer.metadataOf('block')[0]).toMatchObject({
      source: 'policy',
      decision_reason_code: 'tool_not_in_approved_scope',
    });
  });

  it('hands the error of the tool on as the same object and reports it', async () => {
    const boom = new RangeError('secret text');
    const tool = {
      name: 'search',
      run: async () => {
        throw boom;
      },
    };
    instrument({ tools: [tool] }, config());
    await expect(tool.run()).rejects.toBe(boom);
    await flush();
    expect(enforcer.metadataOf('post')[0]).toMatchObject({ outcome: 'error', error_class: 'RangeError' });
    expect(enforcer.eventPosts.map(({ text }) => text).join()).not.toContain('secret text');
  });

  it('counts an immediate repeat, keeps the newest entries and leaves refused calls out of the history', async () => {
    const { tool } = searchAgent({ historyLimit: 2 });
    enforcer.onEnforce = (_request, nth) => ({ body: { decision: nth === 2 ? 'BLOCK' : 'ALLOW' } });
    for (let call = 0; call < 4; call += 1) await tool.run({ query: 'x' }).catch(() => undefined);
    expect(enforcer.checks.map((check) => (check['session_tool_calls'] as string[]).length)).toEqual([
      1, 2, 2, 2,
    ]);
  });

  it('never waits in observe mode and reports what would have happened', async () => {
    let answer: () => void = () => undefined;
    const after = new Promise<void>((resolve) => (answer = resolve));
    enforcer.onEnforce = () => ({ after, body: { decision: 'ALLOW', shadow_decision: 'BLOCK' } });
    const { tool } = searchAgent({ enforcement: 'observe' });
    await tool.run({ query: 'x' });
    answer();
    await flush();
    expect(enforcer.metadataOf('post')[0]).toMatchObject({
      authorization_decision: 'ALLOW',
      shadow_decision: 'BLOCK',
    });
  });
});
