import { describe, expect, test } from 'vitest';
import { decide } from '../../src/engine/index.js';
import type { DecisionWord, EnforcementMode, EngineRequest, TenantSnapshot } from '../../src/engine/types.js';
import { NO_FACTS, request, snapshot, verdict } from './fixtures.js';

function word(over: Partial<EngineRequest>, facts = NO_FACTS, tenant: Partial<TenantSnapshot> = {}): string {
  const made = decide(request(over), snapshot(tenant), facts, []);
  return made.shadowDecision === undefined ? made.decision : `${made.decision}/${made.shadowDecision}`;
}

describe('scope by mode', () => {
  const once = { ...NO_FACTS, violations: 1 };
  test.each<[EnforcementMode, string, typeof NO_FACTS, string]>([
    ['block', 'read_mail', NO_FACTS, 'BLOCK'],
    ['step_up', 'read_mail', NO_FACTS, 'STEP_UP'],
    ['step_up', 'wire_transfer', once, 'STEP_UP'],
    ['progressive', 'read_mail', NO_FACTS, 'STEP_UP'],
    ['progressive', 'read_mail', once, 'BLOCK'],
    ['progressive', 'wire_transfer', NO_FACTS, 'BLOCK'],
    ['progressive', 'deleteUser', NO_FACTS, 'BLOCK'],
    ['progressive', 'run_shell', NO_FACTS, 'BLOCK'],
    ['observe', 'wire_transfer', NO_FACTS, 'ALLOW/BLOCK'],
    ['observe', 'search_docs', NO_FACTS, 'ALLOW/ALLOW'],
    ['block', 'search_docs', once, 'ALLOW'],
  ])('%s, %s: %s', (mode, toolName, facts, expected) => {
    expect(word({ mode, toolName }, facts)).toBe(expected);
  });

  test.each<[readonly string[], string, DecisionWord]>([
    [['tool_call:read:data'], 'read:data', 'ALLOW'],
    [['read:data'], 'read:data', 'ALLOW'],
    [['Search_Docs'], 'search_docs', 'BLOCK'],
    [['endpoint:checkin'], 'endpoint:checkin', 'ALLOW'],
    [['  '], 'search_docs', 'BLOCK'],
  ])('scope %j and tool %s: %s', (approvedScope, toolName, expected) => {
    expect(word({ approvedScope, toolName })).toBe(expected);
  });

  test('an empty scope falls back to the scope of the agent on the server', () => {
    const tenant = { agentScopes: new Map([['support-bot', ['search_docs']]]) };
    expect(word({ approvedScope: [] }, NO_FACTS, tenant)).toBe('ALLOW');
    expect(word({ approvedScope: ['endpoint:checkin'] }, NO_FACTS, tenant)).toBe('ALLOW');
    expect(word({ approvedScope: [], toolName: 'other' }, NO_FACTS, tenant)).toBe('BLOCK');
    expect(word({ approvedScope: ['other'] }, NO_FACTS, tenant)).toBe('BLOCK');
  });

  test('without any scope the reason prints the command that sets it, as one safe shell word each', () => {
    const made = decide(request({ approvedScope: [], toolName: "x'; rm -rf ~" }), snapshot(), NO_FACTS, []);
    expect(made).toMatchObject({
      decision: 'BLOCK',
      reasonCode: 'tool_not_in_approved_scope',
      violation: true,
    });
    expect(made.reason).toContain(`thothctl agents scope set support-bot --add 'x'\\''; rm -rf ~'`);
  });
});

describe('policy and scope', () => {
  const outside = { toolName: 'wire_transfer' };
  test.each<[string, Parameters<typeof verdict>[0], Partial<EngineRequest>, DecisionWord, string]>([
    [
      'a broad allow does not widen the scope',
      { outcome: 'ALLOW' },
      outside,
      'BLOCK',
      'tool_not_in_approved_scope',
    ],
    [
      'an allow that names the tool does',
      { outcome: 'ALLOW', namesTool: true },
      outside,
      'ALLOW',
      'policy_allowed',
    ],
    [
      'a named step-up replaces the refusal',
      { outcome: 'STEP_UP', namesTool: true },
      outside,
      'STEP_UP',
      'human_approval_required',
    ],
    [
      'a broad step-up does not loosen it',
      { outcome: 'STEP_UP' },
      outside,
      'BLOCK',
      'tool_not_in_approved_scope',
    ],
    ['a deny wins in scope', { outcome: 'BLOCK', reasonCode: 'mine' }, {}, 'BLOCK', 'mine'],
    ['no opinion leaves the scope to decide', {}, {}, 'ALLOW', 'in_approved_scope'],
    [
      'a non-binding verdict only reports',
      { outcome: 'BLOCK', binding: false },
      {},
      'ALLOW',
      'in_approved_scope',
    ],
  ])('%s', (_name, over, asked, expected, code) => {
    const made = decide(request(asked), snapshot(), NO_FACTS, [verdict(over)]);
    expect([made.decision, made.reasonCode]).toEqual([expected, code]);
    expect(made.observed).toHaveLength(over?.binding === false ? 1 : 0);
  });

  test('says which rule made it', () => {
    const made = decide(request(), snapshot(), NO_FACTS, [
      verdict({ outcome: 'BLOCK', ruleIds: ['no-export'], bundleName: 'dlp', bundleVersion: 3 }),
    ]);
    expect(made.matchedRuleIds).toEqual(['dlp@3#no-export']);
    expect(made.policyReferences).toEqual(['dlp@3']);
  });
});

describe('MODIFY', () => {
  const rewrite = (modifiedToolArgs: Record<string, unknown>) =>
    verdict({ outcome: 'MODIFY', modifiedToolArgs });
  test.each<[string, Record<string, unknown> | undefined, Record<string, unknown>, DecisionWord]>([
    ['object for object', { q: 1, limit: 99 }, { q: 1, limit: 10 }, 'MODIFY'],
    ['positional for positional', { args: ['a', 2] }, { args: ['a', 1] }, 'MODIFY'],
    ['another count', { args: ['a', 2] }, { args: ['a'] }, 'BLOCK'],
    ['arg0 for arg0', { arg0: 'x' }, { arg0: 'y' }, 'MODIFY'],
    ['named for arg0', { arg0: 'x' }, { path: 'y' }, 'BLOCK'],
    ['positional for object', { path: 'x' }, { args: ['y'] }, 'BLOCK'],
    ['empty', { path: 'x' }, {}, 'BLOCK'],
    ['no arguments at all', undefined, { path: 'x' }, 'BLOCK'],
  ])('%s', (_name, toolArgs, modified, expected) => {
    const made = decide(request({ toolArgs }), snapshot(), NO_FACTS, [rewrite(modified)]);
    expect(made.decision).toBe(expected);
    expect(made.modifiedToolArgs).toEqual(expected === 'MODIFY' ? modified : undefined);
    if (expected === 'BLOCK') expect(made.reasonCode).toBe('modify_not_applicable');
  });

  test('two different rewrites conflict, equal ones do not', () => {
    const both = (second: number) =>
      decide(request(), snapshot(), NO_FACTS, [
        rewrite({ query: 'x', limit: 1 }),
        rewrite({ query: 'x', limit: second }),
      ]);
    expect(both(2)).toMatchObject({ decision: 'BLOCK', reasonCode: 'modify_conflict' });
    expect(both(1).decision).toBe('MODIFY');
  });

  test('a held call keeps its rewrite for the approval', () => {
    const made = decide(request(), snapshot(), NO_FACTS, [
      rewrite({ query: 'x' }),
      verdict({ outcome: 'STEP_UP', bundleId: 'b-2' }),
    ]);
    expect(made).toMatchObject({ decision: 'STEP_UP', modifiedToolArgs: { query: 'x' } });
  });
});

describe('intent and risk tier', () => {
  const intents = new Map([['triage', ['tool_call:search_docs']]]);
  test('a tool outside the declared intent is held, an undeclared intent restricts nothing', () => {
    expect(word({ sessionIntent: 'triage' }, NO_FACTS, { intents })).toBe('ALLOW');
    expect(word({ sessionIntent: 'other' }, NO_FACTS, { intents })).toBe('ALLOW');
    const made = decide(
      request({ sessionIntent: 'triage', toolName: 'list', approvedScope: ['list'] }),
      snapshot({ intents }),
      NO_FACTS,
      [],
    );
    expect(made).toMatchObject({
      decision: 'STEP_UP',
      reasonCode: 'tool_outside_session_intent',
      matchedRuleIds: ['intent'],
    });
  });

  test('the shadow policy acts by tier, overrides first', () => {
    const tenant = snapshot({
      shadowPolicy: { high: 'block', medium: 'step_up', low: 'allow' },
      toolRiskOverrides: { search_docs: 'high' },
    });
    expect(decide(request(), tenant, NO_FACTS, [])).toMatchObject({
      decision: 'BLOCK',
      reasonCode: 'risk_tier_blocked',
      riskTier: 'high',
    });
    const write = request({ toolName: 'write_file', approvedScope: ['write_file'] });
    expect(decide(write, tenant, NO_FACTS, [])).toMatchObject({
      decision: 'STEP_UP',
      reasonCode: 'risk_tier_step_up',
      actionClass: 'write',
    });
    expect(
      decide(request({ toolName: 'constructor', approvedScope: ['constructor'] }), tenant, NO_FACTS, [])
        .decision,
    ).toBe('ALLOW');
  });
});
