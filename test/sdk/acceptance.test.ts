import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flush, getCurrentSession, instrument, instrumentToolchain } from '../../src/sdk/index.js';
import { configFor, governedTool, refusalOf, type GovernedTool } from './governed-tool.js';
import { GovernedProgram } from './governed-program.js';
import { ScriptedEnforcer, type Answer, type Json } from './scripted-enforcer.js';
import { MEMBERS, NO_WORDS, SPELLINGS, WORDS } from './tables/words.js';
import { wrongOutcomes } from './tables/outcomes.js';

/** The acceptance list of SDK behaviour 20, by its numbers. */
let enforcer: ScriptedEnforcer;
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(async () => {
  await flush();
  await enforcer.stop();
});

const ids = (): unknown[] => enforcer.events.map((event) => event['event_id']);
const callIds = (): unknown[] =>
  enforcer.events.filter((event) => event['tool_name'] === 'search').map((event) => event['event_id']);

it('1. takes the thirteen words in either member and any case, and refuses anything else', async () => {
  const said = [...Object.entries(WORDS), ...NO_WORDS.map((value) => [value, 'unknown'] as const)];
  const cases = said.flatMap(([word, outcome]) =>
    MEMBERS.slice(0, 2).flatMap(([member = '']) =>
      SPELLINGS.map((spell) => ({
        name: `${member}: ${JSON.stringify(word)}`,
        enforce: {
          body: {
            hold_token: 'h',
            modified_tool_args: { q: 'changed' },
            [member]: typeof word === 'string' ? spell(word) : word,
          },
        },
        outcome,
      })),
    ),
  );
  expect(await wrongOutcomes(enforcer, cases, { stepUp: 'throw' })).toEqual([]);
});

it('2. never enters the tool body in W1 to W5', async () => {
  const positional: Json[] = [
    { decision: 'STEP_UP' },
    { decision: 'MODIFY' },
    { decision: 'MODIFY', modified_tool_args: { path: '/x' } },
    { decision: 'BLOCK', matched_rule_ids: null },
    { decision: 'BLOCK', authorization_decision: 'ALLOW' },
    { decision: 'ALLOW', authorization_decision: 'BLOCK' },
    { decision: 'STEP_UP', hold_token: 'h' },
  ];
  enforcer.onHold = () => ({
    body: { resolved: true, resolution: 'MODIFY', modified_tool_args: { path: '/x' } },
  });
  for (const body of positional) {
    enforcer.decide(body);
    const tool = governedTool(enforcer, { failOpen: true });
    await refusalOf(tool.run('a', 'b'));
    expect(tool.entered).toEqual([]);
  }
});

it('3. with the enforcer stopped: refused, runs with the opt-in, refused with the veto, observe runs', async () => {
  const stopped = { url: enforcer.url };
  await enforcer.stop();
  try {
    const closed = governedTool(stopped);
    expect(await refusalOf(closed.run({}))).toMatchObject({ source: 'enforcer_unavailable' });
    const open = governedTool(stopped, { failOpen: true });
    await open.run({});
    process.env['THOTH_FAIL_OPEN'] = 'no';
    const vetoed = governedTool(stopped, { failOpen: true });
    delete process.env['THOTH_FAIL_OPEN'];
    await refusalOf(vetoed.run({}));
    const observed = governedTool(stopped, { enforcement: 'observe' });
    await observed.run({});
    expect([closed, open, vetoed, observed].map(({ entered }) => entered.length)).toEqual([0, 1, 0, 1]);
  } finally {
    delete process.env['THOTH_FAIL_OPEN'];
    enforcer = await ScriptedEnforcer.start();
  }
});

it.each<[string, Answer]>([
  ...[400, 401, 403, 404].map((status): [string, Answer] => [
    String(status),
    { status, body: { decision: 'ALLOW' } },
  ]),
  ['HTML', { text: '<html>', headers: { 'content-type': 'text/html' } }],
  ['an empty body', { text: '' }],
])('4. refuses %s even with the opt-in', async (_what, answer) => {
  enforcer.onEnforce = () => answer;
  const tool = governedTool(enforcer, { failOpen: true });
  expect(await refusalOf(tool.run({}))).toMatchObject({ source: 'enforcer_rejected' });
  expect(tool.entered).toEqual([]);
});

describe('5. an ingest endpoint that never answers', () => {
  it('adds less than 5 ms to a call at the median', async () => {
    const silent = await ScriptedEnforcer.start();
    silent.onEvents = () => ({ hang: true });
    const [beside, tool] = [governedTool(enforcer), governedTool(silent)];
    const timeOf = async ({ run }: GovernedTool): Promise<number> => {
      const begin = performance.now();
      await run({});
      return performance.now() - begin;
    };
    for (let count = 0; count < 50; count += 1) await timeOf(count % 2 === 0 ? beside : tool);
    // In turns: whatever else this machine is doing strikes both alike.
    const added: number[] = [];
    for (let count = 0; count < 240; count += 1) {
      const answered = await timeOf(beside);
      added.push((await timeOf(tool)) - answered);
    }
    expect(added.sort((a, b) => a - b)[120]).toBeLessThan(5);
    await flush(100);
    await silent.stop();
  });

  it('does not keep the process beyond the flush limit', async () => {
    enforcer.onEvents = () => ({ hang: true });
    const program = GovernedProgram.start(enforcer, { HOW: 'return', CALLS: '5', FLUSH_MS: '500' });
    await program.ended;
    expect(program.output).toContain('done');
    // It did not wait until every try of the first batch was spent.
    expect(enforcer.eventPosts.length).toBeLessThan(3);
  });
});

it('6. makes at most 250 event POSTs of 1000 calls, over at most four connections', async () => {
  const tool = governedTool(enforcer);
  for (let count = 0; count < 1000; count += 1) await tool.run({ count });
  await flush();
  expect(enforcer.checks).toHaveLength(1000);
  expect(enforcer.eventPosts.length).toBeLessThanOrEqual(250);
  expect(enforcer.connections).toBeLessThanOrEqual(4);
});

describe('7. every event of a finished call arrives or is in the spool, none twice', () => {
  it.each(['return', 'SIGTERM', 'exit'])('at the end by %s', async (how) => {
    enforcer.onEvents = () => ({ status: 202, text: '', delayMs: 20 });
    const program = GovernedProgram.start(enforcer, {
      HOW: how,
      CALLS: '40',
      SPOOLING: 'yes',
      FLUSH_MS: '20000',
      TIMEOUT_MS: '20000',
    });
    await program.line('done');
    if (how === 'SIGTERM') program.child.kill('SIGTERM');
    await program.ended;
    const all = [
      ...callIds(),
      ...program
        .spooled()
        .filter((event) => event['tool_name'] === 'search')
        .map((event) => event['event_id']),
    ];
    expect(new Set(all).size).toBe(80);
    expect(all.length - new Set(all).size).toBeLessThanOrEqual(how === 'exit' ? 10 : 0);
    expect(new Set(ids()).size).toBe(ids().length);
    program.clean();
  });
});

describe('8. a step-up', () => {
  const polls = (...answers: Answer[]): void => {
    enforcer.decide({ decision: 'STEP_UP', hold_token: 'h' });
    enforcer.onHold = (_request, nth) => answers[Math.min(nth, answers.length) - 1] ?? {};
  };
  const pending = { body: { resolved: false } };

  it('approved on the third poll runs', async () => {
    polls(pending, pending, { body: { resolved: true, resolution: 'ALLOW' } });
    const tool = governedTool(enforcer);
    await tool.run({});
    expect(tool.entered).toHaveLength(1);
    expect(enforcer.holdPolls).toBe(3);
  });

  it.each<[string, Answer, number | undefined]>([
    ['denied', { body: { resolved: true, resolution: 'BLOCK' } }, 1],
    ['expired', { body: { resolved: true, resolution: 'BLOCK', reason: 'step-up timeout' } }, 1],
    ['deleted', { status: 404, body: {} }, 1],
    ['forbidden', { status: 403, body: {} }, 1],
  ])('%s refuses', async (_what, answer, count) => {
    polls(answer);
    const tool = governedTool(enforcer);
    await refusalOf(tool.run({}));
    expect(tool.entered).toEqual([]);
    expect(enforcer.holdPolls).toBe(count);
  });
});

it('9. works with circular, BigInt, function, Buffer and undefined arguments and results', async () => {
  const circular: Json = {};
  circular['self'] = circular;
  const values = [circular, 1n, { deep: [1n] }, () => 1, Buffer.from('x'), undefined];
  const tool = governedTool(enforcer, { telemetry: 'full', logger: {} });
  for (const value of values) expect(await tool.run(value, value)).toBe(value);
  for (const value of values) expect(await tool.run(value)).toBe(value);
  await flush();
  expect(enforcer.metadataOf('post').map((each) => each['outcome'])).toEqual(
    Array.from({ length: 12 }, () => 'success'),
  );
});

it('10. governs invoke of a LangChain.js tool, a plain function, a map with execute and a nested toolchain', async () => {
  // The real package is tested with the frameworks; this is its shape.
  const dynamic = {
    name: 'dynamic',
    lc_namespace: ['langchain', 'tools'],
    func: async (input: unknown) => input,
    async invoke(input: unknown): Promise<unknown> {
      return this._call(input);
    },
    async _call(input: unknown): Promise<unknown> {
      return this.func(input);
    },
  };
  async function plain(): Promise<number> {
    return 1;
  }
  const list: { tools: [typeof dynamic, () => Promise<number>] } = { tools: [dynamic, plain] };
  const map = { tools: { lookup: { execute: async (key: string) => key } } };
  const chain = { files: { read: async (path: string) => path } };
  instrument(list, configFor(enforcer));
  instrument(map, configFor(enforcer));
  instrumentToolchain(chain, configFor(enforcer));
  await dynamic.invoke('x');
  await list.tools[1]();
  await map.tools.lookup.execute('k');
  await chain.files.read('p');
  expect(enforcer.checks.map((check) => check['tool_name'])).toEqual([
    'dynamic',
    'plain',
    'lookup',
    'files.read',
  ]);
});

it('11. keeps two interleaved agents apart in every check and event', async () => {
  const agent = (agentId: string) => {
    const tool = {
      name: `tool-of-${agentId}`,
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        return getCurrentSession()?.config.agentId;
      },
    };
    instrument({ tools: [tool] }, configFor(enforcer, { agentId, sessionId: `session-of-${agentId}` }));
    return tool;
  };
  const [a, b] = [agent('a'), agent('b')];
  const calls = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? a.run() : b.run()));
  expect(await Promise.all(calls)).toEqual(calls.map((_, index) => (index % 2 === 0 ? 'a' : 'b')));
  await flush();
  for (const each of [...enforcer.checks, ...enforcer.events]) {
    const own = String(each['agent_id']);
    expect(each['session_id']).toBe(`session-of-${own}`);
    expect([`tool-of-${own}`, 'thoth_sdk']).toContain(each['tool_name']);
  }
});

it('12. keeps canaries out of default telemetry and of logs at info and above', async () => {
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const canaries: Json = {
    purpose: 'canary-1',
    taskContext: { task_id: 'canary-2' },
    policyContext: { x: 'canary-3' },
  };
  const tool = governedTool(enforcer, {
    ...canaries,
    logLevel: 'info',
    logger: { info: note, warn: note, error: note },
  });
  await tool.run({ q: 'canary-4' });
  for (const body of [
    { decision: 'BLOCK', reason: 'canary-5', decision_evidence: { x: 'canary-6' } },
    { decision: 'DEFER', defer_reason: 'canary-7' },
    { decision: 'STEP_UP', reason: 'canary-8', hold_token: 'canary-token' },
  ]) {
    enforcer.decide(body);
    enforcer.onHold = () => ({ body: { resolved: true, resolution: 'BLOCK', reason: 'canary-9' } });
    await refusalOf(tool.run({ q: 'canary-4' }));
  }
  enforcer.onEnforce = () => ({ status: 403, body: { message: 'canary-10' } });
  await refusalOf(tool.run({ q: 'canary-4' }));
  await flush();
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.join('\n')).not.toContain('canary');
  expect(enforcer.events.length).toBeGreaterThan(8);
  expect(enforcer.eventPosts.map(({ text }) => text).join()).not.toContain('canary');
});

it('13. works from environment variables alone', async () => {
  const program = GovernedProgram.start(enforcer, { HOW: 'return', CALLS: '3' });
  await program.ended;
  expect(enforcer.checks).toHaveLength(3);
  expect(enforcer.checks[0]).toMatchObject({
    agent_id: 'bot',
    tenant_id: 'acme',
    approved_scope: ['search'],
  });
  program.clean();
});

describe('14. the package', () => {
  const built = join(import.meta.dirname, '../../dist/lib');
  // The tarball itself is packed and loaded by the smoke test, on every supported Node.
  it.skipIf(!existsSync(built)).each([
    ['ESM', 'module', `await import(${JSON.stringify(join(built, 'esm/sdk/index.js'))})`],
    ['CommonJS', 'commonjs', `require(${JSON.stringify(join(built, 'cjs/sdk/index.js'))})`],
  ])('loads in plain Node as %s', (_what, type, load) => {
    const source = `const m = ${load}; if (typeof m.instrument !== 'function') process.exit(3)`;
    expect(spawnSync(process.execPath, [`--input-type=${type}`, '-e', source]).status).toBe(0);
  });
});
