import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { flush } from '../../src/sdk/index.js';
import { governedTool, refusalOf } from './governed-tool.js';
import { ScriptedEnforcer, type Answer } from './scripted-enforcer.js';

/** The word table of the contract, written from it by hand. */
const TABLE: Record<string, 'run' | 'refuse' | 'modify' | 'defer' | 'step_up'> = {
  ALLOW: 'run',
  BLOCK: 'refuse',
  DENY: 'refuse',
  STEP_UP: 'step_up',
  CHALLENGE: 'step_up',
  ESCALATE: 'step_up',
  REVIEW: 'step_up',
  MODIFY: 'modify',
  MODIFIED: 'modify',
  TRANSFORM: 'modify',
  DEFER: 'defer',
  DEFERRED: 'defer',
  HOLD: 'defer',
};
const MEMBERS = ['decision', 'authorization_decision', 'authorizationDecision'];
const SPELLINGS = [
  (word: string) => word,
  (word: string) => word.toLowerCase(),
  (word: string) => ` ${word[0]}${word.slice(1).toLowerCase()}\t`,
];

let enforcer: ScriptedEnforcer;
beforeAll(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(() => flush());
afterAll(() => enforcer.stop());

async function outcomeOf(answer: Answer, failOpen = false): Promise<string> {
  enforcer.onEnforce = () => answer;
  const tool = governedTool(enforcer, { stepUp: 'throw', failOpen });
  try {
    await tool.run({ q: 1 });
    return JSON.stringify(tool.entered[0]) === '[{"q":1}]' ? 'run' : 'modify';
  } catch (error) {
    expect(tool.entered).toEqual([]);
    const { name, decisionReasonCode, source } = error as Record<string, string>;
    const kind = { ThothDeferredError: 'defer', ThothStepUpRequired: 'step_up' }[name ?? ''] ?? 'refuse';
    return kind === 'refuse' && decisionReasonCode !== undefined ? `${source}:${decisionReasonCode}` : kind;
  }
}

const complete = { hold_token: 'h', modified_tool_args: { q: 2 } };

describe('reading a decision', () => {
  for (const [word, outcome] of Object.entries(TABLE)) {
    it(`takes ${word} as ${outcome}, in every member and spelling`, async () => {
      for (const member of MEMBERS) {
        for (const spell of SPELLINGS) {
          expect(await outcomeOf({ body: { ...complete, [member]: spell(word) } })).toBe(outcome);
        }
      }
    });
  }

  it.each([
    ['no word', {}],
    ['an empty word', { decision: '', authorization_decision: '  ' }],
    ['an unknown word', { decision: 'PERMIT' }],
    ['a word of the wrong type', { decision: true }],
    ['an inherited word', JSON.parse('{"__proto__":{"decision":"ALLOW"}}')],
    ['a known and an unknown word', { decision: 'ALLOW', authorization_decision: 'OKAY' }],
  ])('refuses %s, fail-open or not', async (_what, body) => {
    expect(await outcomeOf({ body }, true)).toBe('policy:unknown_decision');
  });

  it.each([
    ['BLOCK', 'ALLOW', 'refuse'],
    ['ALLOW', 'BLOCK', 'refuse'],
    ['ALLOW', 'DEFER', 'defer'],
    ['STEP_UP', 'MODIFY', 'step_up'],
    ['ALLOW', 'TRANSFORM', 'modify'],
    ['ALLOW', '', 'run'],
  ])('lets the stricter of %s and %s win', async (decision, authorization, outcome) => {
    const body = { ...complete, decision, authorization_decision: authorization };
    expect(await outcomeOf({ body })).toBe(outcome);
  });

  it('lets no odd optional member change a decision', async () => {
    const odd = { matched_rule_ids: null, rule_version: 'x', receipt: [], risk_score: '9', reason: 5 };
    expect(await outcomeOf({ body: { decision: 'BLOCK', ...odd } }, true)).toBe('refuse');
    expect(await outcomeOf({ body: { decision: 'ALLOW', ...odd } })).toBe('run');
  });

  it('refuses a decision that belongs to another call', async () => {
    expect(await outcomeOf({ body: { decision: 'ALLOW', action_attestation_id: 'other' } })).toBe(
      'enforcer_rejected:action_attestation_id_mismatch',
    );
  });
});

describe('replies that are not decisions', () => {
  const damaged: [string, Answer][] = [
    ['an empty body', { text: '' }],
    ['HTML', { text: '<html></html>', headers: { 'content-type': 'text/html' } }],
    ['broken JSON', { text: '{"decision":"ALLOW"' }],
    ['a list', { text: '[{"decision":"ALLOW"}]' }],
    ['a text', { text: '"ALLOW"' }],
    ['a redirect', { status: 302, body: { decision: 'ALLOW' }, headers: { location: '/elsewhere' } }],
    ['more than 1 MiB', { text: `{"decision":"ALLOW","x":"${'y'.repeat(1024 * 1024)}"}` }],
  ];
  it.each(damaged)('refuses %s even with fail-open', async (_what, answer) => {
    expect(await outcomeOf(answer, true)).toBe('enforcer_rejected:malformed_reply');
  });

  it.each([400, 401, 403, 404, 408, 409, 413, 422])(
    'refuses status %i even with fail-open',
    async (status) => {
      enforcer.onEnforce = () => ({ status, body: { decision: 'ALLOW' } });
      const tool = governedTool(enforcer, { failOpen: true });
      const error = await refusalOf(tool.run({}));
      expect(error).toMatchObject({
        source: 'enforcer_rejected',
        reason: `enforcer rejected request (status=${status})`,
      });
      expect(tool.entered).toEqual([]);
    },
  );

  it.each<[string, Answer]>([
    ['429', { status: 429, body: { decision: 'ALLOW' } }],
    ['500', { status: 500, body: { decision: 'ALLOW' } }],
    ['503', { status: 503, text: 'down' }],
    ['a cut connection', { destroy: true }],
    ['silence', { hang: true }],
  ])('treats %s as an outage: refused by default, run by explicit choice', async (_what, answer) => {
    enforcer.onEnforce = () => answer;
    const closed = governedTool(enforcer, { enforceTimeoutMs: 150 });
    const error = await refusalOf(closed.run({}));
    expect(error).toMatchObject({ source: 'enforcer_unavailable', reason: 'enforcer unavailable' });
    const open = governedTool(enforcer, { enforceTimeoutMs: 150, failOpen: true });
    await open.run({});
    expect(open.entered).toHaveLength(1);
    await flush();
    expect(enforcer.metadataOf('post').at(-1)).toMatchObject({
      fail_open: true,
      decision_reason_code: 'enforcer_unavailable_fail_open',
    });
  });

  it('lets the operator veto fail-open in the environment, and always runs in observe mode', async () => {
    enforcer.onEnforce = () => ({ status: 503, text: '' });
    process.env['THOTH_FAIL_OPEN'] = 'off';
    try {
      await refusalOf(governedTool(enforcer, { failOpen: true }).run({}));
    } finally {
      delete process.env['THOTH_FAIL_OPEN'];
    }
    const observed = governedTool(enforcer, { enforcement: 'observe' });
    await observed.run({});
    expect(observed.entered).toHaveLength(1);
  });
});
