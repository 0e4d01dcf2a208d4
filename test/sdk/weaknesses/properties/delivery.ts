import { endsWithin, errorOf, holds, optionsFor, watchedTool, type Property } from '../adapter.js';

/** A silent ingest endpoint adds nothing to a call. */
export const w10: Property = async (adapter, enforcer) => {
  enforcer.onEvents = () => ({ hang: true });
  const { tool } = watchedTool(adapter, optionsFor(enforcer));
  holds(await endsWithin(tool.run({ q: 1 }), 1500), 'the call waited for the delivery of its events');
};

/** Events survive a failing ingest endpoint. */
export const w12: Property = async (adapter, enforcer) => {
  enforcer.onEvents = (_request, nth) => ({ status: nth === 1 ? 503 : 202, text: '' });
  const { tool } = watchedTool(adapter, optionsFor(enforcer));
  for (let call = 0; call < 15; call += 1) await tool.run({ call });
  await adapter.flush();
  const [, ...taken] = enforcer.eventPosts;
  const arrived = taken.flatMap(({ body }) => body as { metadata: { event_phase?: string } }[]);
  const calls = arrived.filter(({ metadata }) => metadata.event_phase !== undefined);
  holds(calls.length === 30, `${calls.length} of 30 events arrived`);
};

/** Closing is bounded and may come twice; a call afterwards is still enforced. */
export const w13: Property = async (adapter, enforcer) => {
  enforcer.onEvents = () => ({ hang: true });
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer));
  await tool.run({ q: 1 });
  for (let time = 0; time < 2; time += 1) {
    const closing = errorOf(adapter.close());
    holds(await endsWithin(closing, 3000), 'close does not end');
    holds((await closing) === undefined, 'closing twice is an error');
  }
  enforcer.decide({ decision: 'BLOCK' });
  const error = await errorOf(tool.run({ q: 1 }));
  holds(entered.length === 1 && error?.['name'] === 'ThothPolicyViolation', 'after close it is not enforced');
};

/** Sessions cost no hook, timer or connection of their own. */
export const w16: Property = async (adapter, enforcer) => {
  watchedTool(adapter, optionsFor(enforcer));
  const hooks = (): number =>
    ['exit', 'beforeExit', 'SIGTERM'].reduce((sum, name) => sum + process.listenerCount(name), 0);
  const before = hooks();
  for (let count = 0; count < 30; count += 1) {
    const { tool } = watchedTool(adapter, optionsFor(enforcer));
    await tool.run({ count });
  }
  holds(hooks() === before, `${hooks() - before} process hooks for 30 sessions`);
  await adapter.flush();
  holds(enforcer.connections <= 4, `${enforcer.connections} connections for 30 sessions`);
};

/** Events travel in batches over kept-alive connections. */
export const w19: Property = async (adapter, enforcer) => {
  const { tool } = watchedTool(adapter, optionsFor(enforcer));
  for (let call = 0; call < 50; call += 1) await tool.run({ call });
  await adapter.flush();
  holds(enforcer.events.length >= 100, 'events are missing');
  holds(enforcer.eventPosts.length <= 25, `${enforcer.eventPosts.length} POSTs for 100 events`);
  holds(enforcer.connections <= 4, `${enforcer.connections} connections`);
};
