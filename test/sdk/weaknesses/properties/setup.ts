import { endsWithin, errorOf, holds, optionsFor, watchedTool, type Property } from '../adapter.js';

/** Everything that can be called is governed; what cannot be governed at all is an error. */
export const w6: Property = async (adapter, enforcer) => {
  enforcer.decide({ decision: 'BLOCK' });
  let ran = 0;
  const body = async (): Promise<number> => (ran += 1);
  const chain = { name: 'chain', invoke: body };
  const tools = [chain, body];
  await errorOf(Promise.resolve().then(() => adapter.instrument({ tools }, optionsFor(enforcer))));
  await errorOf(chain.invoke());
  holds(ran === 0, 'a tool with invoke alone ran ungoverned');
  await errorOf((tools[1] as () => Promise<number>)());
  holds(ran === 0, 'a plain function ran ungoverned');
  const nothing = { tools: [{ name: 'x', start: body }] };
  const error = await errorOf(
    Promise.resolve().then(() => adapter.instrument(nothing, optionsFor(enforcer))),
  );
  holds(error !== undefined, 'nothing was governed, in silence');
};

/** `shadow` observes; a mode nobody knows is an error. */
export const w7: Property = async (adapter, enforcer) => {
  enforcer.decide({ decision: 'BLOCK' });
  const { tool, entered } = watchedTool(adapter, optionsFor(enforcer, { enforcement: 'shadow' }));
  await errorOf(tool.run({ q: 1 }));
  holds(entered.length === 1, 'shadow enforced');
  const wrong = optionsFor(enforcer, { enforcement: 'blok' });
  const error = await errorOf(Promise.resolve().then(() => watchedTool(adapter, wrong)));
  holds(error !== undefined, 'an unknown mode was taken');
};

/** The environment is read at set-up, and options that are undefined erase nothing. */
export const w17: Property = async (adapter, enforcer) => {
  const { apiKey, ...rest } = optionsFor(enforcer, { userId: 'ann' });
  process.env['THOTH_API_KEY'] = 'thoth_test_from_env';
  try {
    const tool = { name: 'search', run: async () => 1 };
    const erasing = { apiKey: undefined, userId: undefined, enforcement: undefined };
    adapter.instrument({ tools: [tool] }, erasing, { ...rest, apiKey });
    await tool.run();
    holds(enforcer.requests[0]?.headers.authorization === `Bearer ${apiKey}`, 'the key was erased');
    holds(enforcer.checks[0]?.['user_id'] === 'ann', 'the user was erased');
    const other = { name: 'search', run: async () => 1 };
    adapter.instrument({ tools: [other] }, rest);
    await other.run();
    const keys = enforcer.requests.map(({ headers }) => headers.authorization);
    holds(keys.includes('Bearer thoth_test_from_env'), 'the environment was not read at set-up');
  } finally {
    delete process.env['THOTH_API_KEY'];
  }
};

/** One outer call is one check, also when entry points call each other or a tool is governed twice. */
export const w20: Property = async (adapter, enforcer) => {
  const tool = {
    name: 'search',
    run: async (input: unknown): Promise<unknown> => tool._run(input),
    _run: async (input: unknown): Promise<unknown> => input,
  };
  adapter.instrument({ tools: [tool] }, optionsFor(enforcer));
  await tool.run({ q: 1 });
  const checks = (): number => enforcer.checks.length;
  holds(checks() === 1, `run and _run gave ${checks()} checks`);
  adapter.instrument({ tools: [tool] }, optionsFor(enforcer));
  await tool._run({ q: 1 });
  holds(checks() === 2, `governed twice gave ${checks() - 1} checks`);
};

/** Every option works from `instrument`. */
export const w28: Property = async (adapter, enforcer) => {
  enforcer.onEnforce = () => ({ status: 503, text: '' });
  const open = watchedTool(adapter, optionsFor(enforcer, { failOpen: true }));
  await errorOf(open.tool.run({ q: 1 }));
  holds(open.entered.length === 1, 'failOpen had no effect');
  enforcer.decide({ decision: 'STEP_UP', hold_token: 'h' });
  const short = watchedTool(adapter, optionsFor(enforcer, { stepUpTimeoutMinutes: 0.001 }));
  holds(await endsWithin(short.tool.run({ q: 1 }), 1500), 'stepUpTimeoutMinutes had no effect');
  enforcer.onHold = () => ({ body: { resolved: true, resolution: 'BLOCK' } });
};

/** With the environment set, one line is enough. */
export const w30: Property = async (adapter, enforcer) => {
  const variables = {
    THOTH_AGENT_ID: 'env-bot',
    THOTH_TENANT_ID: 'acme',
    THOTH_APPROVED_SCOPE: 'search',
    THOTH_API_URL: enforcer.url,
    THOTH_API_KEY: 'thoth_test_key',
  };
  Object.assign(process.env, variables);
  try {
    const tool = { name: 'search', run: async () => 1 };
    const error = await errorOf(Promise.resolve().then(() => adapter.instrument({ tools: [tool] })));
    holds(error === undefined, `one line did not do: ${String(error)}`);
    await tool.run();
    holds(enforcer.checks[0]?.['agent_id'] === 'env-bot', 'the environment was not used');
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
};
