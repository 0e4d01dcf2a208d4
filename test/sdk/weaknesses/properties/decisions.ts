import { errorOf, holds, optionsFor, watchedTool, type Property } from '../adapter.js';
import { until } from '../../scripted-enforcer.js';

const HELD = { decision: 'STEP_UP', hold_token: 'h' };

/** STEP_UP without a hold token refuses. */
export const w1: Property = async (adapter, enforcer) => {
  enforcer.decide({ decision: 'STEP_UP' });
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer));
  const error = await errorOf(tool.run({ q: 1 }));
  holds(error !== undefined && entered.length === 0, 'the tool ran without a hold');
};

/** MODIFY that cannot be applied refuses. */
export const w2: Property = async (adapter, enforcer) => {
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer));
  for (const members of [{}, { modified_tool_args: null }, { modified_tool_args: { path: '/safe' } }]) {
    enforcer.decide({ decision: 'MODIFY', ...members });
    const error = await errorOf(tool.run('/etc/passwd', 'w'));
    holds(error !== undefined && entered.length === 0, 'the tool ran with its original arguments');
  }
};

/** A readable BLOCK stands, whatever is wrong with its other members, with fail-open too. */
export const w3: Property = async (adapter, enforcer) => {
  enforcer.decide({ decision: 'BLOCK', matched_rule_ids: null, rule_version: 'four', risk_score: '9' });
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer, { failOpen: true }));
  await errorOf(tool.run({ q: 1 }));
  holds(entered.length === 0, 'an odd member opened a BLOCK');
};

/** Of two decision words the stricter wins. */
export const w4: Property = async (adapter, enforcer) => {
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer));
  for (const [decision, authorization] of [
    ['BLOCK', 'ALLOW'],
    ['ALLOW', 'BLOCK'],
  ]) {
    enforcer.decide({ decision, authorization_decision: authorization });
    await errorOf(tool.run({ q: 1 }));
    holds(entered.length === 0, `decision ${decision} with authorization_decision ${authorization} ran`);
  }
};

/** A hold resolved to MODIFY applies the change or refuses. */
export const w5: Property = async (adapter, enforcer) => {
  enforcer.decide(HELD);
  enforcer.onHold = () => ({
    body: { resolved: true, resolution: 'MODIFY', modified_tool_args: { q: 'safe' } },
  });
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer));
  await errorOf(tool.run({ q: 'original' }));
  holds(JSON.stringify(entered).includes('original') === false, 'the original arguments ran');
};

/** The standard pending reply keeps the call waiting. */
export const w9: Property = async (adapter, enforcer) => {
  enforcer.decide(HELD);
  enforcer.onHold = (_request, nth) => ({
    body: nth < 3 ? { resolved: false, resolution: null } : { resolved: true, resolution: 'ALLOW' },
  });
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer));
  await errorOf(tool.run({ q: 1 }));
  holds(entered.length === 1, 'a pending hold ended the wait');
};

/** A refused request is told from an outage. */
export const w23: Property = async (adapter, enforcer) => {
  const { tool } = watchedTool(adapter, optionsFor(enforcer));
  for (const status of [400, 401, 403]) {
    enforcer.onEnforce = () => ({ status, body: { error: 'no' } });
    const error = await errorOf(tool.run({ q: 1 }));
    holds(
      error?.['source'] === 'enforcer_rejected',
      `status ${status} reads as ${String(error?.['source'])}`,
    );
    holds(String(error['reason']).includes(`status=${status}`), `the error does not tell status ${status}`);
  }
};

/** A dead or forbidden hold ends the wait within one poll. */
export const w24: Property = async (adapter, enforcer) => {
  enforcer.decide(HELD);
  for (const status of [403, 404]) {
    enforcer.requests.length = 0;
    enforcer.onHold = () => ({ status, body: {} });
    const { tool, entered } = watchedTool(adapter, optionsFor(enforcer));
    let ended = false;
    const call = errorOf(tool.run({ q: 1 })).then(() => (ended = true));
    await until(() => ended || enforcer.holdPolls > 1);
    const polls = enforcer.holdPolls;
    enforcer.onHold = () => ({ body: { resolved: true, resolution: 'BLOCK' } });
    await call;
    holds(entered.length === 0, 'a dead hold let the call run');
    holds(polls === 1, `a hold answered with ${status} was polled ${polls} times`);
  }
};

/** The kind of an error follows from data, never from words in a reason. */
export const w27: Property = async (adapter, enforcer) => {
  enforcer.decide({ decision: 'BLOCK', reason: 'step-up approval required (hold_token=hold_123), deferred' });
  const { tool } = watchedTool(adapter, optionsFor(enforcer));
  const error = await errorOf(tool.run({ q: 1 }));
  holds(error?.['name'] === 'ThothPolicyViolation', `a BLOCK became ${String(error?.['name'])}`);
  holds(error['holdToken'] === undefined, 'a token was read out of a text');
};

/** An explanation neither delays the refusal nor repeats the arguments. */
export const w29: Property = async (adapter, enforcer) => {
  enforcer.decide({ decision: 'BLOCK', violation_id: 'v' });
  let answered = false;
  enforcer.onExplain = () => {
    setTimeout(() => (answered = true), 400);
    return { delayMs: 400, body: {} };
  };
  const { tool } = watchedTool(adapter, optionsFor(enforcer, { explain: 'eager' }));
  await errorOf(tool.run({ q: 'canary' }));
  holds(!answered, 'the refusal waited for its explanation');
  const asked = enforcer.requests.filter(({ path }) => path === '/v1/explain');
  holds(!asked.some(({ text }) => text.includes('canary')), 'the arguments were sent a second time');
};
