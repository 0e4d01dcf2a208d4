import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  flush,
  getCurrentSession,
  instrument,
  instrumentToolchain,
  ThothClient,
  ThothConfigError,
  toolchainFunctionMap,
  wrapAnthropicTools,
  wrapOpenAITools,
} from '../../src/sdk/index.js';
import { configFor, governedTool, refusalOf } from './governed-tool.js';
import { ScriptedEnforcer } from './scripted-enforcer.js';

let enforcer: ScriptedEnforcer;
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(async () => {
  await flush();
  await enforcer.stop();
});

const checkedTools = (): unknown[] => enforcer.checks.map((check) => check['tool_name']);

/** A tool built as LangChain.js builds them: entry points that call each other. */
class ChainTool {
  lc_namespace = ['langchain', 'tools'];
  name = 'chain';
  description = 'a tool';
  async invoke(input: unknown, config?: unknown): Promise<unknown> {
    return this.call(input, config);
  }
  async call(input: unknown, _config?: unknown): Promise<unknown> {
    return this._call(typeof input === 'object' && input !== null && 'args' in input ? input.args : input);
  }
  async _call(input: unknown): Promise<unknown> {
    return { echoed: input };
  }
}

describe('what counts as a tool', () => {
  it('checks a tool whose entry points call each other exactly once, by whichever it is entered', async () => {
    const tool = new ChainTool();
    instrument({ tools: [tool] }, configFor(enforcer));
    expect(await tool.invoke({ q: 1 }, { callbacks: [] })).toEqual({ echoed: { q: 1 } });
    await tool.call('text');
    await tool._call('text');
    expect(enforcer.checks.map((check) => check['tool_args'])).toEqual([
      { q: 1 },
      { args: ['text'] },
      { args: ['text'] },
    ]);
  });

  it('changes the arguments inside a whole tool call', async () => {
    enforcer.decide({ decision: 'MODIFY', modified_tool_args: { q: 2 } });
    const tool = new ChainTool();
    instrument({ tools: [tool] }, configFor(enforcer));
    const call = { type: 'tool_call', id: '1', name: 'chain', args: { q: 1 } };
    expect(await tool.invoke(call)).toEqual({ echoed: { q: 2 } });
    expect(enforcer.checks[0]?.['tool_args']).toEqual({ q: 1 });
  });

  it('replaces plain functions in the list, and takes maps and Maps', async () => {
    const list = {
      tools: [
        async function search(q: string) {
          return q;
        },
      ],
    };
    const named = {
      tools: { read: { execute: async (path: string) => path }, add: (a: number, b: number) => a + b },
    };
    const map = { tools: new Map([['find', async () => 'found']]) };
    for (const agent of [list, named, map]) instrument(agent, configFor(enforcer));
    expect(await list.tools[0]?.('x')).toBe('x');
    expect(await named.tools.read.execute('p')).toBe('p');
    expect(await named.tools.add(1, 2)).toBe(3);
    expect(await map.tools.get('find')?.()).toBe('found');
    expect(checkedTools()).toEqual(['search', 'read', 'add', 'find']);
  });

  it('does not check twice when a tool is governed twice', async () => {
    const tool = { name: 'search', run: async () => 1 };
    instrument({ tools: [tool] }, configFor(enforcer));
    instrument({ tools: [tool] }, configFor(enforcer, { agentId: 'second' }));
    await tool.run();
    expect(enforcer.checks.map((check) => check['agent_id'])).toEqual(['second']);
    const once = wrapOpenAITools({ f: async () => 1 }, configFor(enforcer));
    await wrapAnthropicTools(once, configFor(enforcer)).f();
    expect(enforcer.checks).toHaveLength(2);
  });

  it.each([
    ['nothing', {}],
    ['an empty list', { tools: [] }],
    ['tools without an entry point', { tools: [{ name: 'x', start: () => 1 }] }],
  ])('throws for %s, saying what was looked at', (_what, agent) => {
    expect(() => instrument(agent, configFor(enforcer))).toThrow(/no tool could be governed; looked at: /);
  });

  it('refuses tools without a name and tools it cannot change', () => {
    expect(() => instrument({ tools: [{ run: () => 1 }] }, configFor(enforcer))).toThrow(/no name/);
    const frozen = Object.freeze({ name: 'f', run: () => 1 });
    expect(() => instrument({ tools: [frozen] }, configFor(enforcer))).toThrow(/frozen/);
  });

  it('governs nested toolchains by dotted path, cycles included', async () => {
    const tools: Record<string, unknown> = {
      files: { read: (path: string) => path, _private: () => 1 },
      list: [{ name: 'own-name', run: () => 2 }],
    };
    tools['self'] = tools;
    expect(Object.keys(toolchainFunctionMap(tools))).toEqual(['files.read', 'list.0']);
    instrumentToolchain(tools, configFor(enforcer));
    await (tools['files'] as { read: (path: string) => unknown }).read('x');
    await (tools['list'] as { run: () => unknown }[])[0]?.run();
    expect(checkedTools()).toEqual(['files.read', 'own-name']);
  });
});

describe('the wrapped callable', () => {
  it('keeps this, name, length and every extra property', async () => {
    const search = Object.assign(
      function search(this: { prefix: string }, a: string, _b?: string) {
        return `${this.prefix}${a}`;
      },
      { schema: { type: 'object' } },
    );
    const tool = { name: 'search', prefix: '>', run: search };
    instrument({ tools: [tool] }, configFor(enforcer));
    expect(tool.run.name).toBe('search');
    expect(tool.run.length).toBe(2);
    expect(tool.run.schema).toBe(search.schema);
    expect(await tool.run('x')).toBe('>x');
  });

  it('works with arguments and results that cannot be serialised', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const tool = governedTool(enforcer);
    for (const odd of [circular, 12n, () => 1, Buffer.from('x'), undefined, Symbol('s'), { big: 1n }]) {
      expect(await tool.run(odd)).toBe(odd);
    }
    await flush();
    expect(enforcer.metadataOf('post')).toHaveLength(7);
  });

  it('forwards generators whole: values sent in, the return value and an early end', async () => {
    let cleaned = 0;
    const tool = {
      name: 'stream',
      run: async function* (start: number): AsyncGenerator<number, string, number> {
        try {
          const sent = yield start;
          yield sent * 2;
          return 'done';
        } finally {
          cleaned += 1;
        }
      },
    };
    instrument({ tools: [tool] }, configFor(enforcer));
    const whole = tool.run(1);
    expect(enforcer.checks).toHaveLength(0);
    expect(await whole.next()).toEqual({ done: false, value: 1 });
    expect(await whole.next(21)).toEqual({ done: false, value: 42 });
    expect(await whole.next()).toEqual({ done: true, value: 'done' });
    const early = tool.run(1);
    await early.next();
    await early.return('left');
    expect(cleaned).toBe(2);
    await flush();
    expect(enforcer.metadataOf('post').map((each) => each['outcome'])).toEqual(['success', 'partial']);
  });

  it('reports a returned stream at its end', async () => {
    const tool = {
      name: 'stream',
      run: async () =>
        new ReadableStream<string>({
          start(controller) {
            controller.enqueue('a');
            controller.close();
          },
        }),
    };
    instrument({ tools: [tool] }, configFor(enforcer));
    const stream = await tool.run();
    await flush();
    expect(enforcer.metadataOf('post')).toHaveLength(0);
    const chunks: string[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks).toEqual(['a']);
    await flush();
    expect(enforcer.metadataOf('post')[0]).toMatchObject({ outcome: 'success', result_type: 'stream' });
  });
});

describe('sessions', () => {
  it('carries its own session through interleaved calls of two agents', async () => {
    const seen: (string | undefined)[] = [];
    const agent = (sessionId: string) => {
      const tool = {
        name: sessionId,
        run: async () => {
          await new Promise((resolve) => setTimeout(resolve, 10));
          seen.push(getCurrentSession()?.sessionId);
        },
      };
      instrument({ tools: [tool] }, configFor(enforcer, { sessionId }));
      return tool;
    };
    const [a, b] = [agent('a'), agent('b')];
    await Promise.all([a.run(), b.run(), a.run(), b.run()]);
    expect(seen.sort()).toEqual(['a', 'a', 'b', 'b']);
    for (const check of enforcer.checks) expect(check['session_id']).toBe(check['tool_name']);
    await flush();
    for (const event of enforcer.events.filter((each) => each['tool_name'] !== 'thoth_sdk')) {
      expect(event['session_id']).toBe(event['tool_name']);
    }
  });

  it('lets a client hold defaults that undefined options do not erase', async () => {
    const client = new ThothClient(configFor(enforcer, { userId: 'ann' }));
    const session = client.startSession({ sessionId: 's', apiKey: undefined, userId: '' });
    const tool = session.wrapTool({ name: 'search', run: async () => 1 });
    await tool.run();
    session.recordTokenSpend({ promptTokens: 2, completionTokens: 3, provider: 'p', modelName: 'm' });
    expect(session.toolCalls).toEqual(['search']);
    expect(session.tokenSpend).toBe(5);
    expect(session.isInScope('search')).toBe(true);
    await client.close();
    await client.close();
    expect(enforcer.checks[0]).toMatchObject({ user_id: 'ann', session_id: 's' });
    expect(enforcer.requests[0]?.headers['x-api-key']).toBe('thoth_test_key');
    expect(enforcer.events.at(-1)).toMatchObject({ tool_name: 'session_end', event_type: 'TOOL_CALL_POST' });
  });
});

describe('configuration', () => {
  it.each([
    [{ agentId: '' }, /agentId is missing/],
    [{ tenantId: undefined }, /tenantId is missing/],
    [{ apiUrl: 'ftp://x' }, /must start with http/],
    [{ apiUrl: 'http://u:p@h' }, /must not hold/],
    [{ enforcement: 'maybe' }, /unknown enforcement mode/],
    [{ enforceTimeoutMs: 0 }, /positive number/],
    [{ approvedScope: undefined }, /approvedScope: \["search"\]/],
    [{ apiKey: 'line\nbreak' }, /cannot travel/],
    [{ failOpen: 'false' as unknown as boolean }, /true or false/],
    [{ approvedScope: 'search' as unknown as string[] }, /list of tool names/],
    [{ explain: 'later' as 'lazy' }, /explain must be one of/],
  ])('refuses %j at once', (wrong, message) => {
    const tool = { name: 'search', run: () => 1 };
    const attempt = () => instrument({ tools: [tool] }, configFor(enforcer, wrong));
    expect(attempt).toThrow(ThothConfigError);
    expect(attempt).toThrow(message);
  });

  it('refuses context that could not be sent with a check', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const wrong of [{ policyContext: circular }, { taskContext: { big: 1n } }]) {
      expect(() => governedTool(enforcer, wrong)).toThrow(/can be written as JSON/);
    }
  });

  it('takes only an enforcer on this machine in mock mode, and says how to start one', async () => {
    process.env['THOTH_MOCK_MODE'] = 'true';
    try {
      expect(() => governedTool(enforcer, { apiUrl: undefined })).toThrow(/thothctl server start/);
      expect(() => governedTool(enforcer, { apiUrl: 'https://enforcer.example' })).toThrow(/MOCK_MODE/);
      enforcer.decide({ decision: 'BLOCK' });
      const tool = governedTool(enforcer);
      await refusalOf(tool.run({}));
      expect(tool.entered).toEqual([]);
    } finally {
      delete process.env['THOTH_MOCK_MODE'];
    }
  });

  it('reads shadow as observe', async () => {
    enforcer.decide({ decision: 'BLOCK' });
    const tool = governedTool(enforcer, { enforcement: 'shadow' });
    await tool.run({});
    expect(tool.entered).toHaveLength(1);
  });

  it('never writes a key, an argument or a result into the log', async () => {
    const lines: string[] = [];
    const note = (line: string) => void lines.push(line);
    enforcer.onEnforce = () => ({ status: 403, body: { message: 'no' } });
    const tool = governedTool(enforcer, {
      logLevel: 'debug',
      logger: { debug: note, info: note, warn: note, error: note },
    });
    await refusalOf(tool.run({ q: 'canary-argument' }));
    expect(lines.join('\n')).toContain('api-keys create');
    expect(lines.join('\n')).not.toMatch(/canary|thoth_test_key/);
  });
});

describe('local predicates', () => {
  it('refuse without a request, and only record in observe mode', async () => {
    const predicates = { intentToolAllowlist: 'audit=read|list,repair=search' };
    const tool = governedTool(enforcer, { predicates, sessionIntent: 'audit' });
    expect(await refusalOf(tool.run({}))).toMatchObject({
      source: 'local_predicate',
      decisionReasonCode: 'tool_not_allowed_for_session_intent',
    });
    expect(enforcer.checks).toEqual([]);
    await governedTool(enforcer, { predicates, sessionIntent: 'repair' }).run({});
    await governedTool(enforcer, { predicates, sessionIntent: 'unknown' }).run({});
    await governedTool(enforcer, { predicates, sessionIntent: 'audit', enforcement: 'observe' }).run({});
    expect(enforcer.checks).toHaveLength(2);
  });

  it('know the ancestors of the process and tell only a hash of their names', async () => {
    const predicates = { blockedLineageAncestorTokens: 'no-such-ancestor,VITEST' };
    const tool = governedTool(enforcer, { predicates });
    expect(await refusalOf(tool.run({}))).toMatchObject({ decisionReasonCode: 'lineage_ancestor_blocked' });
    await flush();
    expect(enforcer.metadataOf('block')[0]).toMatchObject({
      lineage_parent_pid: process.ppid,
      lineage_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it.each([',', 'a,,b'])(
    'treat the malformed list %j as a start-up error',
    (blockedLineageAncestorTokens) => {
      expect(() => governedTool(enforcer, { predicates: { blockedLineageAncestorTokens } })).toThrow(
        ThothConfigError,
      );
    },
  );
});
