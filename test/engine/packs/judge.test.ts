import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/engine/index.js';
import { matches } from '../../../src/engine/packs/holds.js';
import type { LoadedPack, PackRule } from '../../../src/engine/packs/pack.js';
import { riskSignals } from '../../../src/engine/packs/signals.js';
import type { EngineRequest } from '../../../src/engine/types.js';
import { NO_FACTS, request, snapshot } from '../fixtures.js';

const rule = (over: Partial<PackRule> = {}): PackRule => ({
  id: 'no-export',
  effect: 'STEP_UP',
  reason: 'exports wait',
  control: 'X.1',
  when: { tools: ['*export*'] },
  ...over,
});
const pack = (over: Partial<LoadedPack> = {}): LoadedPack => ({
  packId: 'p',
  ruleVersion: 2,
  reference: 'p@2',
  environment: undefined,
  controls: { mismatchBoost: 0, delegationBoost: 0, trustFloor: 0, criticalThreshold: 1 },
  rules: [],
  ...over,
});
/** Controls of a pack without rules. */
const controls = (
  mismatchBoost: number,
  delegationBoost: number,
  trustFloor: number,
  criticalThreshold: number,
) => pack({ controls: { mismatchBoost, delegationBoost, trustFloor, criticalThreshold } });
const ask = (
  over: Partial<EngineRequest>,
  packs: readonly LoadedPack[],
  everyone: readonly LoadedPack[] = [],
) => {
  const call = request({ approvedScope: [over.toolName ?? 'search_docs'], ...over });
  const where = snapshot({ packs: { everyone, byAgent: new Map([['support-bot', packs]]) } });
  return decide(call, where, NO_FACTS, []);
};

describe('rules of a pack', () => {
  it('hold a call, name themselves and leave the rest alone', () => {
    const held = ask({ toolName: 'export_csv' }, [pack({ rules: [rule()] })]);
    expect(held).toMatchObject({
      decision: 'STEP_UP',
      reasonCode: 'pack_rule_step_up',
      reason: 'exports wait',
      matchedRuleIds: ['p@2#no-export'],
      policyReferences: ['p@2'],
      violation: true,
    });
    expect(ask({}, [pack({ rules: [rule()] })])).toMatchObject({
      decision: 'ALLOW',
      reasonCode: 'in_approved_scope',
      matchedRuleIds: ['scope'],
    });
  });

  const table: readonly (readonly [string, PackRule['when'], Partial<EngineRequest>, boolean])[] = [
    ['class', { action_classes: ['delete'] }, { toolName: 'delete_user' }, true],
    ['another class', { action_classes: ['delete'] }, { toolName: 'create_user' }, false],
    ['sensitivity above', { min_sensitivity: 'confidential' }, { dataClassification: 'Restricted' }, true],
    ['sensitivity below', { min_sensitivity: 'confidential' }, { dataClassification: 'internal' }, false],
    ['an unknown label', { min_sensitivity: 'restricted' }, { dataClassification: 'secrit' }, true],
    ['no label', { min_sensitivity: 'internal' }, {}, false],
    ['purpose', { purposes: ['billing'] }, { purpose: 'Billing' }, true],
    ['no purpose', { purposes: [''] }, {}, true],
    ['a purpose where none is meant', { purposes: [''] }, { purpose: 'billing' }, false],
    ['another purpose', { purposes_other_than: ['care'] }, { purpose: 'marketing' }, true],
    ['a permitted purpose', { purposes_other_than: ['care'] }, { purpose: 'care' }, false],
    ['no purpose, where some are permitted', { purposes_other_than: ['care'] }, {}, true],
    ['delegated', { delegated: true }, { callerAgentId: 'other-bot' }, true],
    ['by itself', { delegated: true }, { callerAgentId: 'support-bot' }, false],
    ['two conditions, one fails', { action_classes: ['read'], delegated: true }, {}, false],
    ['no condition', {}, {}, true],
  ];
  it.each(table)('%s', (_name, when, call, expected) => {
    const made = ask(call, [pack({ rules: [rule({ effect: 'BLOCK', when })] })]);
    expect(made.decision).toBe(expected ? 'BLOCK' : 'ALLOW');
  });

  it('match tool names by pieces', () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ['*export*', 'bulkExportRows', true],
      ['export*', 'bulk_export', false],
      ['*export', 'bulk_export', true],
      ['a*b*c', 'a-b-c', true],
      ['a*b*c', 'acb', false],
      ['ab*ba', 'aba', false],
      ['delete_user', 'DELETE_USER', true],
      ['*', '', true],
    ];
    for (const [pattern, name, expected] of cases)
      expect([pattern, name, matches(pattern, name)]).toEqual([pattern, name, expected]);
  });

  it('apply in their environment, and an assignment stands in for the pack everyone has', () => {
    const strict = pack({ environment: 'dev', rules: [rule({ effect: 'BLOCK' })] });
    const mild = pack({ reference: 'p@1', ruleVersion: 1, rules: [rule()] });
    const inProd = ask({ toolName: 'export_csv' }, [strict], [mild]);
    const inDev = ask({ toolName: 'export_csv', environment: 'dev' }, [strict], [mild]);
    expect([inProd.matchedRuleIds, inDev.matchedRuleIds]).toEqual([['p@1#no-export'], ['p@2#no-export']]);
    expect([inProd.decision, inDev.decision]).toEqual(['STEP_UP', 'BLOCK']);
  });

  it('are only reported in observe mode', () => {
    const made = ask({ toolName: 'export_csv', mode: 'observe' }, [pack({ rules: [rule()] })]);
    expect([made.decision, made.shadowDecision, made.violation]).toEqual(['ALLOW', 'STEP_UP', false]);
  });
});

describe('behavioural controls', () => {
  // A write has 35 points by itself.
  const write = { toolName: 'update_ticket' } as const;
  const mismatch = { ...write, purpose: 'marketing', taskContext: { purpose: 'support' } };
  const delegated = { ...write, taskContext: { chain: ['planner-bot'] } };

  it.each([
    ['nothing odd about the call', write, controls(30, 30, 0, 0.6), 'ALLOW', 35],
    ['a mismatch below the threshold', mismatch, controls(20, 30, 0, 0.6), 'ALLOW', 55],
    ['a mismatch that reaches the threshold', mismatch, controls(25, 0, 0, 0.6), 'STEP_UP', 60],
    ['a delegation that reaches it', delegated, controls(0, 25, 0, 0.6), 'STEP_UP', 60],
    [
      'both together',
      { ...mismatch, ...delegated, taskContext: { purpose: 'x', chain: ['planner-bot'] } },
      controls(12.5, 12.5, 0, 0.6),
      'STEP_UP',
      60,
    ],
    ['a threshold that the call reaches by itself', write, controls(0, 0, 1, 0.35), 'STEP_UP', 35],
    ['boosts beyond a hundred', mismatch, controls(100, 0, 0, 1), 'STEP_UP', 100],
    ['a fraction of a point', mismatch, controls(0.25, 0, 0, 0.9), 'ALLOW', 35.25],
  ] as const)('%s', (_name, call, one, decision, score) => {
    const made = ask(call, [one]);
    expect([made.decision, made.riskScore]).toEqual([decision, score]);
    if (decision === 'STEP_UP') expect(made.matchedRuleIds).toEqual(['p@2#critical-threshold']);
  });

  it('never soften a decision that is stricter already', () => {
    const made = ask({ ...mismatch, approvedScope: ['other'] }, [controls(100, 0, 0, 0.1)]);
    expect([made.decision, made.matchedRuleIds]).toEqual(['BLOCK', ['scope']]);
  });

  it('ignore signals weaker than the trust floor, in boosts and in rules', () => {
    const weak = { ...write, dataClassification: 'confidential' };
    expect(riskSignals(request(weak))).toEqual({ mismatch: 0.3, delegation: 0 });
    expect(ask(weak, [controls(40, 0, 0.3, 0.7)]).decision).toBe('STEP_UP');
    expect(ask(weak, [controls(40, 0, 0.31, 0.7)]).decision).toBe('ALLOW');
    const likely = { ...write, taskContext: { initiated_by: 'somebody-else' } };
    const block = pack({ rules: [rule({ effect: 'BLOCK', when: { delegated: true } })] });
    expect(ask(likely, [block]).decision).toBe('BLOCK');
    expect(ask(likely, [{ ...block, controls: { ...block.controls, trustFloor: 0.8 } }]).decision).toBe(
      'ALLOW',
    );
  });

  it.each([
    ['the task was meant for another purpose', { purpose: 'a', taskContext: { purpose: 'b' } }, 1, 0],
    [
      'the binding allows other purposes',
      { purpose: 'a', identityBinding: { allowed_purposes: ['b'] } },
      1,
      0,
    ],
    ['the binding allows this one', { purpose: 'a', identityBinding: { allowed_purposes: ['a'] } }, 0, 0],
    [
      'the policy context allows others',
      { purpose: 'a', metadata: { policy_context: { allowed_purposes: [] } } },
      1,
      0,
    ],
    [
      'data above the clearance',
      { purpose: 'a', dataClassification: 'restricted', identityBinding: { clearance: 'internal' } },
      1,
      0,
    ],
    [
      'data above what the task expected',
      { purpose: 'a', dataClassification: 'restricted', taskContext: { data_classification: 'internal' } },
      0.7,
      0,
    ],
    ['sensitive data for no purpose', { dataClassification: 'restricted' }, 0.3, 0],
    ['another agent called', { callerAgentId: 'x' }, 0, 1],
    ['bound to another agent', { identityBinding: { agent_id: 'x' } }, 0, 1],
    ['a chain of itself and its user', { taskContext: { chain: ['system', 'support-bot'] } }, 0, 0],
    ['a chain with another', { taskContext: { chain: ['x', 'support-bot'] } }, 0, 1],
    ['initiated by its user', { taskContext: { initiatedBy: 'system' } }, 0, 0],
    ['initiated by another', { taskContext: { initiatedBy: 'x' } }, 0, 0.7],
    [
      'members of a wrong type',
      { purpose: 'a', taskContext: { purpose: 7, chain: 'x', allowed_purposes: 'b' } },
      0,
      0,
    ],
  ] as const)('signal: %s', (_name, call, mismatchIs, delegationIs) => {
    expect(riskSignals(request(call))).toEqual({ mismatch: mismatchIs, delegation: delegationIs });
  });
});
