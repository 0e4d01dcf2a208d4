import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  flush,
  shutdown,
  ThothClient,
  ThothDeferredError,
  ThothStepUpRequired,
} from '../../src/sdk/index.js';
import { configFor, governedTool, refusalOf } from './governed-tool.js';
import { ScriptedEnforcer, until, type Answer } from './scripted-enforcer.js';

let enforcer: ScriptedEnforcer;
beforeAll(async () => {
  enforcer = await ScriptedEnforcer.start();
});
beforeEach(() => {
  enforcer.requests.length = 0;
  enforcer.decide({
    decision: 'STEP_UP',
    hold_token: 'hold/1',
    reason: 'needs a person',
    violation_id: 'v1',
  });
});
afterAll(async () => {
  await flush();
  await enforcer.stop();
});

/** Answers the polls in turn, the last one for ever. */
function polls(...answers: Answer[]): void {
  let nth = 0;
  enforcer.onHold = () => answers[Math.min(nth++, answers.length - 1)] ?? {};
}

const PENDING: Answer = { body: { resolved: false, resolution: null } };

describe('a held call', () => {
  it('runs once approved on the third poll, with the token encoded', async () => {
    polls(
      PENDING,
      { status: 202, text: '' },
      { body: { resolved: true, resolution: 'ALLOW', decision: 'STEP_UP' } },
    );
    const tool = governedTool(enforcer);
    await tool.run({});
    expect(tool.entered).toHaveLength(1);
    expect(enforcer.holdPolls).toBe(3);
    expect(enforcer.requests.some(({ path }) => path === '/v1/enforce/hold/hold%2F1')).toBe(true);
  });

  it.each<[string, Answer]>([
    ['denied', { body: { resolved: true, resolution: 'BLOCK', decision: 'BLOCK', reason: 'denied' } }],
    ['resolved without a word', { body: { resolved: true } }],
    ['resolved with an unknown word', { body: { resolved: true, resolution: 'OKAY' } }],
    ['resolved to another STEP_UP', { body: { resolved: true, resolution: 'STEP_UP' } }],
    ['resolved with two final words', { body: { resolved: true, resolution: 'ALLOW', decision: 'BLOCK' } }],
    ['changed without arguments', { body: { resolved: true, resolution: 'MODIFY' } }],
  ])('is refused when %s', async (_what, answer) => {
    polls(answer);
    const tool = governedTool(enforcer);
    expect(await refusalOf(tool.run({}))).toMatchObject({ source: 'step_up', violationId: 'v1' });
    expect(tool.entered).toEqual([]);
    expect(enforcer.holdPolls).toBe(1);
  });

  it.each([401, 403, 404, 410])('is refused at once when the hold answers %i', async (status) => {
    polls({ status, body: { message: 'no' } });
    const tool = governedTool(enforcer);
    expect(await refusalOf(tool.run({}))).toMatchObject({ decisionReasonCode: 'hold_not_available' });
    expect(enforcer.holdPolls).toBe(1);
  });

  it('waits through errors and broken replies', async () => {
    polls({ status: 500, text: '' }, { text: 'no json' }, { destroy: true }, { body: { decision: 'ALLOW' } });
    const tool = governedTool(enforcer);
    await tool.run({});
    expect(tool.entered).toHaveLength(1);
  });

  it('applies the arguments of a hold resolved to MODIFY', async () => {
    polls({ body: { resolved: true, resolution: 'MODIFY', modified_tool_args: { q: 2 } } });
    const tool = governedTool(enforcer);
    await tool.run({ q: 1 });
    expect(tool.entered).toEqual([[{ q: 2 }]]);
  });

  it('is deferred when the hold says so', async () => {
    polls({ body: { decision: 'DEFER', defer_reason: 'later', defer_timeout_seconds: 60 } });
    const error = await refusalOf(governedTool(enforcer).run({}));
    expect(error).toBeInstanceOf(ThothDeferredError);
    expect(error).toMatchObject({ reason: 'later (retry in 60s)', deferTimeoutSeconds: 60 });
  });

  it('is refused without a hold token, and nothing is polled', async () => {
    enforcer.decide({ decision: 'STEP_UP' });
    const tool = governedTool(enforcer);
    expect(await refusalOf(tool.run({}))).toMatchObject({ decisionReasonCode: 'hold_token_missing' });
    expect(tool.entered).toEqual([]);
    expect(enforcer.holdPolls).toBe(0);
  });

  it('runs the rewritten call after the approval, never the original one', async () => {
    enforcer.decide({ decision: 'STEP_UP', hold_token: 'h', modified_tool_args: { q: 'safe' } });
    polls({ body: { resolved: true, resolution: 'ALLOW', decision: 'ALLOW' } });
    const tool = governedTool(enforcer);
    await tool.run({ q: 'original' });
    expect(tool.entered).toEqual([[{ q: 'safe' }]]);
    const positional = governedTool(enforcer);
    expect(await refusalOf(positional.run('a', 'b'))).toMatchObject({
      decisionReasonCode: 'modify_not_applicable',
    });
    expect(positional.entered).toEqual([]);
  });

  it('gives up at the end of the shorter of the two waits, never later', async () => {
    enforcer.decide({ decision: 'STEP_UP', hold_token: 'h', step_up_timeout_seconds: 1 });
    polls(PENDING);
    const begin = performance.now();
    // The pause between two polls, too, would be longer than this test may take.
    const error = await refusalOf(governedTool(enforcer, { stepUpPollIntervalMs: 600_000 }).run({}));
    expect(error.message).toContain('step-up auth timeout');
    expect(performance.now() - begin).toBeGreaterThan(950);
    // At the start and at the end.
    expect(enforcer.holdPolls).toBe(2);
    await until(() => enforcer.withdrawals.length > 0);
  });

  it('ends its wait when the caller aborts', async () => {
    polls(PENDING);
    const abort = new AbortController();
    const tool = governedTool(enforcer, { signal: abort.signal });
    const call = refusalOf(tool.run({}));
    setTimeout(() => abort.abort(), 60);
    expect(await call).toMatchObject({ source: 'step_up', decisionReasonCode: 'step_up_cancelled' });
    await until(() => enforcer.withdrawals.length > 0);
    expect(enforcer.withdrawals).toEqual(['hold%2F1']);
  });

  it('is withdrawn when the caller gave up while it was checked', async () => {
    const abort = new AbortController();
    enforcer.onEnforce = () => {
      abort.abort();
      return { body: { decision: 'STEP_UP', hold_token: 'late' } };
    };
    const session = new ThothClient(configFor(enforcer)).startSession();
    const call = session.authorize({ toolName: 'search', values: [], signal: abort.signal });
    expect(await refusalOf(call)).toMatchObject({ decisionReasonCode: 'call_cancelled' });
    await until(() => enforcer.withdrawals.length > 0);
    expect(enforcer.withdrawals).toEqual(['late']);
    expect(enforcer.holdPolls).toBe(0);
  });

  it('is withdrawn at the shutdown of the SDK, which waits for that', async () => {
    await flush();
    enforcer.requests.length = 0;
    polls(PENDING);
    enforcer.onWithdraw = () => ({ body: { resolved: true, resolution: 'BLOCK', decision: 'BLOCK' } });
    const call = refusalOf(governedTool(enforcer).run({}));
    await until(() => enforcer.holdPolls > 0);
    await shutdown();
    expect(enforcer.withdrawals).toEqual(['hold%2F1']);
    expect(await call).toMatchObject({ decisionReasonCode: 'step_up_cancelled' });
    expect(enforcer.metadataOf('block')).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['approved', { body: { resolved: true, resolution: 'ALLOW', decision: 'ALLOW' } }],
    ['denied', { body: { resolved: true, resolution: 'BLOCK', decision: 'BLOCK' } }],
    ['gone', { status: 404, text: '' }],
  ])('is not withdrawn when it was %s', async (_what, answer) => {
    polls(PENDING, answer);
    await governedTool(enforcer)
      .run({})
      .catch(() => undefined);
    await shutdown();
    expect(enforcer.withdrawals).toEqual([]);
  });

  it('is thrown with its token when the caller does not want to wait', async () => {
    const error = await refusalOf(governedTool(enforcer, { stepUp: 'throw' }).run({}));
    expect(error).toBeInstanceOf(ThothStepUpRequired);
    expect(error).toMatchObject({ holdToken: 'hold/1', reason: 'needs a person' });
    expect(enforcer.holdPolls).toBe(0);
  });

  it('does not wait for the withdrawal, whose outcome does not matter', async () => {
    enforcer.decide({ decision: 'STEP_UP', hold_token: 'h' });
    polls(PENDING);
    for (const answer of [
      { destroy: true },
      { status: 404, text: '' },
      { status: 500, text: '' },
      { hang: true },
    ]) {
      enforcer.onWithdraw = () => answer;
      enforcer.requests.length = 0;
      const abort = new AbortController();
      const call = refusalOf(governedTool(enforcer, { signal: abort.signal }).run({}));
      await until(() => enforcer.holdPolls > 0);
      abort.abort();
      expect(await call).toMatchObject({ decisionReasonCode: 'step_up_cancelled' });
      await until(() => enforcer.withdrawals.length > 0);
    }
  });
});
