import { endsWithin, errorOf, holds, optionsFor, watchedTool, type Property } from '../adapter.js';
import type { ScriptedEnforcer } from '../../scripted-enforcer.js';

const phases = (enforcer: ScriptedEnforcer, phase: string) => enforcer.metadataOf(phase);

/** Every end of a call leaves its event, and the error carries the decision. */
export const w8: Property = async (adapter, enforcer) => {
  const boom = new RangeError('boom');
  const tool = {
    name: 'search',
    run: async (input: { fail?: boolean }) => {
      if (input.fail === true) throw boom;
      return 1;
    },
  };
  adapter.instrument({ tools: [tool] }, optionsFor(enforcer));
  enforcer.decide({ decision: 'BLOCK', violation_id: 'v1', decision_reason_code: 'rule', risk_score: 7 });
  const error = await errorOf(tool.run({}));
  enforcer.decide({ decision: 'MODIFY', modified_tool_args: { q: 2 } });
  await errorOf(tool.run({}));
  enforcer.decide({ decision: 'ALLOW' });
  const thrown = await errorOf(tool.run({ fail: true }));
  holds((thrown as unknown) === boom, 'the error of the tool is another object');
  await adapter.flush();
  holds(phases(enforcer, 'block').length === 1, 'no BLOCK event');
  const posts = phases(enforcer, 'post');
  holds(posts[0]?.['authorization_decision'] === 'MODIFY', 'POST claims another decision than MODIFY');
  holds(posts[1]?.['outcome'] === 'error', 'no POST event for a tool that threw');
  holds(error?.['violationId'] === 'v1', 'the error lost its violation id');
  holds(error['decisionReasonCode'] === 'rule' && error['riskScore'] === 7, 'the error lost the decision');
};

/** Values that cannot be serialised pass through. */
export const w11: Property = async (adapter, enforcer) => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer));
  for (const [index, odd] of [circular, 12n, { big: 1n }, () => 1].entries()) {
    let result: unknown;
    const error = await errorOf(tool.run(odd).then((value) => (result = value)));
    holds(error === undefined, `telemetry broke the call: ${String(error?.['message'])}`);
    holds(result === odd && entered.length === index + 1, 'the result is another one');
  }
};

/** The time limit is obeyed; observe mode never waits. */
export const w14: Property = async (adapter, enforcer) => {
  enforcer.onEnforce = () => ({ hang: true });
  const limited = watchedTool(adapter, optionsFor(enforcer, { enforceTimeoutMs: 100 }));
  holds(await endsWithin(limited.tool.run({ q: 1 }), 1500), 'enforceTimeoutMs was ignored');
  holds(limited.entered.length === 0, 'a time-out let the call run');
  const observed = watchedTool(adapter, optionsFor(enforcer, { enforcement: 'observe' }));
  holds(await endsWithin(observed.tool.run({ q: 1 }), 1500), 'observe mode waited for the enforcer');
};

/** The history ends with the current call, counts repeats and is bounded. */
export const w21: Property = async (adapter, enforcer) => {
  const { tool } = watchedTool(adapter, optionsFor(enforcer));
  for (let call = 0; call < 135; call += 1) await tool.run({ call });
  const lengths = enforcer.checks.map((check) => (check['session_tool_calls'] as unknown[]).length);
  holds(lengths[0] === 1 && lengths[1] === 2, 'an immediate repeat is hidden');
  holds(lengths.at(-1) === 128, `the history holds ${lengths.at(-1)} entries`);
};

/** No argument, result or reason leaves with telemetry. */
export const w22: Property = async (adapter, enforcer) => {
  const { tool } = watchedTool(adapter, optionsFor(enforcer, { purpose: 'canary-purpose' }));
  await tool.run({ q: 'canary-argument' });
  enforcer.decide({ decision: 'BLOCK', reason: 'canary-reason' });
  await errorOf(tool.run({ q: 'canary-argument' }));
  await adapter.flush();
  holds(enforcer.events.length >= 4, 'there are no events to look at');
  holds(!enforcer.eventPosts.some(({ text }) => text.includes('canary')), 'content left with telemetry');
};

/** A streaming tool stays one: values in and out, its return value, and POST at the end. */
export const w25: Property = async (adapter, enforcer) => {
  let produced = 0;
  const tool = {
    name: 'stream',
    run: async function* (): AsyncGenerator<number, string, number> {
      produced += 1;
      const sent = yield 1;
      produced += 1;
      yield sent * 2;
      return 'done';
    },
  };
  adapter.instrument({ tools: [tool] }, optionsFor(enforcer));
  const stream = tool.run();
  holds((await stream.next()).value === 1, 'the first chunk is another one');
  holds(produced === 1, 'the stream was read ahead and kept');
  await adapter.flush();
  holds(phases(enforcer, 'post').length === 0, 'POST came before the end');
  holds((await stream.next(21)).value === 42, 'a value sent in was lost');
  holds((await stream.next()).value === 'done', 'the return value was lost');
  await adapter.flush();
  holds(phases(enforcer, 'post').length === 1, 'no POST at the end');
};

/** Inside a call its own session is current; token spend is sent. */
export const w26: Property = async (adapter, enforcer) => {
  const seen = new Map<string, string | undefined>();
  const agent = (name: string) => {
    const tool = {
      name,
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.set(name, adapter.currentSession()?.sessionId);
        adapter.currentSession()?.recordTokenSpend(17);
      },
    };
    adapter.instrument({ tools: [tool] }, optionsFor(enforcer));
    return tool;
  };
  const [a, b] = [agent('a'), agent('b')];
  await Promise.all([a.run(), b.run()]);
  for (const check of enforcer.checks) {
    const own = seen.get(String(check['tool_name'])) === check['session_id'];
    holds(own, 'a tool saw the session of another agent, or none');
  }
  await adapter.flush();
  holds(JSON.stringify(enforcer.events).includes('"total_tokens":17'), 'token spend was not sent');
};
