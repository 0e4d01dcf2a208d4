import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flush, type Explain, type ThothPolicyViolation } from '../../src/sdk/index.js';
import { governedTool, refusalOf } from './governed-tool.js';
import { ScriptedEnforcer, until, type Json } from './scripted-enforcer.js';

let enforcer: ScriptedEnforcer;
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
  enforcer.decide({ decision: 'BLOCK', violation_id: 'vio_1', decision_reason_code: 'rule' });
});
afterEach(async () => {
  await flush();
  await enforcer.stop();
});

const asked = (): Json[] =>
  enforcer.requests.filter(({ path }) => path === '/v1/explain').map(({ body }) => body as Json);

async function refused(explain?: Explain): Promise<ThothPolicyViolation> {
  const tool = governedTool(enforcer, explain === undefined ? {} : { explain });
  return (await refusalOf(tool.run({ q: 'canary-argument' }))) as unknown as ThothPolicyViolation;
}

describe('an explanation of a refusal', () => {
  it('is never asked for by default', async () => {
    const error = await refused();
    expect(await error.explain()).toBeUndefined();
    expect(asked()).toEqual([]);
  });

  it('is asked for once on demand, without the arguments', async () => {
    enforcer.onExplain = () => ({ body: { what_happened: 'stopped' } });
    const error = await refused('lazy');
    expect(asked()).toEqual([]);
    expect(await error.explain()).toEqual({ what_happened: 'stopped' });
    expect(await error.explain()).toEqual({ what_happened: 'stopped' });
    expect(error.explanation).toEqual({ what_happened: 'stopped' });
    expect(asked()).toHaveLength(1);
    expect(asked()[0]).toMatchObject({
      agent_id: 'bot',
      tool_name: 'search',
      decision: 'BLOCK',
      violation_id: 'vio_1',
      decision_reason_code: 'rule',
    });
    expect(JSON.stringify(asked())).not.toContain('canary');
  });

  it('never delays the refusal when it is asked for at once', async () => {
    let answer: () => void = () => undefined;
    const after = new Promise<void>((resolve) => (answer = resolve));
    enforcer.onExplain = () => ({ after, body: { what_happened: 'stopped' } });
    const error = await refused('eager');
    expect(error.explanation).toBeUndefined();
    answer();
    await until(() => error.explanation !== undefined);
    expect(error.explanation).toEqual({ what_happened: 'stopped' });
    expect(asked()).toHaveLength(1);
  });

  it('is asked for while a call is held, beside the polls', async () => {
    enforcer.decide({ decision: 'STEP_UP', hold_token: 'h', violation_id: 'vio_2' });
    enforcer.onExplain = () => ({ hang: true });
    enforcer.onHold = (_request, nth) => ({
      body: nth < 3 ? { resolved: false } : { resolved: true, resolution: 'BLOCK' },
    });
    await refused('eager');
    expect(enforcer.holdPolls).toBe(3);
    expect(asked()).toHaveLength(1);
    expect(asked()[0]).toMatchObject({ decision: 'STEP_UP', violation_id: 'vio_2' });
  });

  it.each([
    ['status 404', { status: 404, text: '' }],
    ['no JSON', { text: '<html>' }],
    ['a list', { body: [1] }],
    ['a cut connection', { destroy: true }],
  ])('is absent after %s, without an error', async (_what, answer) => {
    enforcer.onExplain = () => answer;
    expect(await (await refused('lazy')).explain()).toBeUndefined();
  });

  it('is not asked for when the enforcer decided nothing', async () => {
    enforcer.onEnforce = () => ({ status: 503, text: '' });
    expect(await (await refused('lazy')).explain()).toBeUndefined();
    expect(asked()).toEqual([]);
  });
});
