import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { flush } from '../../../src/sdk/index.js';
import { governedTool, refusalOf } from '../governed-tool.js';
import { ScriptedEnforcer } from '../scripted-enforcer.js';

const HOUR_MS = 3_600_000;
const now = Date.now.bind(Date);
let enforcer: ScriptedEnforcer;
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await flush(100);
  await enforcer.stop();
});

const jump = (ms: number): void => void vi.spyOn(Date, 'now').mockImplementation(() => now() + ms);

it.each([
  ['forwards', 24 * HOUR_MS],
  ['backwards', -24 * HOUR_MS],
])('a clock that jumps %s ends no wait early and prolongs none', async (_how, ms) => {
  enforcer.decide({ decision: 'STEP_UP', hold_token: 'h' });
  enforcer.onHold = (_request, nth) => {
    if (nth === 2) jump(ms);
    return { body: nth < 5 ? { resolved: false } : { resolved: true, resolution: 'ALLOW' } };
  };
  const approved = governedTool(enforcer);
  await approved.run({});
  expect(approved.entered).toHaveLength(1);

  vi.restoreAllMocks();
  enforcer.onHold = () => {
    jump(ms);
    return { body: { resolved: false } };
  };
  const begin = performance.now();
  const short = governedTool(enforcer, { stepUpTimeoutMinutes: 0.005 });
  expect(await refusalOf(short.run({}))).toMatchObject({ decisionReasonCode: 'step_up_timeout' });
  expect(performance.now() - begin).toBeGreaterThan(280);
});

it.each([24 * HOUR_MS, -24 * HOUR_MS])('a flush keeps its limit when the clock jumps by %i', async (ms) => {
  enforcer.onEvents = () => {
    jump(ms);
    return { hang: true };
  };
  await governedTool(enforcer).run({});
  const begin = performance.now();
  await flush(300);
  expect(performance.now() - begin).toBeGreaterThan(280);
});

it.each([24 * HOUR_MS, -24 * HOUR_MS])('a check keeps its limit when the clock jumps by %i', async (ms) => {
  enforcer.onEnforce = () => {
    jump(ms);
    return { delayMs: 100, body: { decision: 'ALLOW' } };
  };
  const tool = governedTool(enforcer, { enforceTimeoutMs: 20_000 });
  await tool.run({});
  enforcer.onEnforce = () => ({ hang: true });
  await refusalOf(governedTool(enforcer, { enforceTimeoutMs: 100 }).run({}));
  expect(tool.entered).toHaveLength(1);
});
