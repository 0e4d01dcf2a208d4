import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../server/enforce/data-plane.js';
import { startGovernedServers, type GovernedServer, type GovernedServers } from './governed-server.js';

let servers: GovernedServers;
let one: GovernedServer;
beforeAll(async () => {
  servers = await startGovernedServers();
});
afterAll(() => servers.stop());
afterEach(() => one.stop());

let ids = 0;
const reply = (id: number) => (message: Row) => message['id'] === id && !('method' in message);
async function ask(method: string, params: Row = {}): Promise<Row> {
  const id = (ids += 1);
  one.send({ id, method, params });
  return one.message(reply(id));
}
const resultOf = (message: Row): Row => message['result'] as Row;

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'desk', version: '3' },
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: {},
    extensions: { 'io.modelcontextprotocol/tasks': {}, 'com.example/other': {} },
  },
};

/** A held call and the task it became, in either form of the protocol. */
async function held(era: 'legacy' | 'modern', governance: Row = {}): Promise<{ readonly id: string }> {
  one = servers.start(governance);
  const params =
    era === 'legacy'
      ? { name: 'search_web', task: { ttl: 60_000 }, arguments: { q: 'x' } }
      : { name: 'search_web', arguments: { q: 'x' }, _meta: MODERN };
  const created = resultOf(await ask('tools/call', params));
  const task = (era === 'legacy' ? created['task'] : created) as Row;
  if (era === 'modern') expect(created).toMatchObject({ resultType: 'task', ttlMs: expect.any(Number) });
  expect(task).toMatchObject({ status: 'working', createdAt: expect.any(String) });
  return { id: String(task['taskId']) };
}

async function until(id: string, status: string): Promise<Row> {
  for (;;) {
    const state = resultOf(await ask('tasks/get', { taskId: id }));
    if (state['status'] === status) return state;
    expect(state['status']).toBe('working');
    await new Promise((done) => setTimeout(done, 20));
  }
}

describe('a held call of a client that asks for a task (2025-11-25)', () => {
  it('is approved, runs once as a plain call, and its result is fetched', async () => {
    const { id } = await held('legacy');
    const waiting = ask('tasks/result', { taskId: id });
    expect(one.seen()).toEqual([]);
    await servers.approve(one.sessionId);
    expect(resultOf(await waiting)).toEqual({
      _meta: { 'io.modelcontextprotocol/related-task': { taskId: id } },
      content: [{ type: 'text', text: 'ran search_web' }],
    });
    await until(id, 'completed');
    expect(one.seen()).toHaveLength(1);
    expect(JSON.parse(one.seen()[0] ?? '')).toMatchObject({
      params: { name: 'search_web', arguments: { q: 'x' } },
    });
    expect(one.seen()[0]).not.toContain('task');
    expect(one.messages().filter((message) => message['id'] === 1)).toHaveLength(1);
  });

  it('fails when it is denied, with the refusal as its result', async () => {
    const { id } = await held('legacy');
    await servers.approve(one.sessionId, 'deny');
    await until(id, 'failed');
    expect(resultOf(await ask('tasks/result', { taskId: id }))).toMatchObject({
      isError: true,
      _meta: {
        'ai.thoth/reason_code': 'approval_denied',
        'io.modelcontextprotocol/related-task': { taskId: id },
      },
    });
    expect(one.seen()).toEqual([]);
  });

  it('is withdrawn by its client, and never runs', async () => {
    const { id } = await held('legacy');
    expect(resultOf(await ask('tasks/cancel', { taskId: id }))).toMatchObject({ status: 'cancelled' });
    expect(await ask('tasks/cancel', { taskId: id })).toMatchObject({ error: { code: -32602 } });
    expect(await ask('tasks/result', { taskId: id })).toHaveProperty('error');
    expect(one.seen()).toEqual([]);
  });

  it('gives the server’s own tasks to the server', async () => {
    await held('legacy');
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/list']) {
      expect(resultOf(await ask(method, { taskId: 'thoth-task-not-ours' }))).toEqual({ method });
    }
    expect(one.seen()).toHaveLength(4);
  });
});

describe('a held call of a client with the tasks extension (2026-07-28)', () => {
  it('is approved and its result stands in the task; the server is offered no tasks and no questions', async () => {
    const { id } = await held('modern');
    await servers.approve(one.sessionId);
    expect(await until(id, 'completed')).toMatchObject({
      resultType: 'complete',
      result: { content: [{ text: 'ran search_web' }] },
    });
    expect(JSON.parse(one.seen()[0] ?? '')).toMatchObject({
      params: {
        _meta: { 'io.modelcontextprotocol/clientCapabilities': { extensions: { 'com.example/other': {} } } },
      },
    });
    expect(one.seen()[0]).not.toContain('elicitation');
    const [record] = await servers.records(one.sessionId);
    expect(record).toMatchObject({ mcp_client: 'desk/3' });
  });

  it('is refused as a completed task whose result is an error, and can be withdrawn', async () => {
    const { id } = await held('modern');
    expect(resultOf(await ask('tasks/update', { taskId: id, inputResponses: {} }))).toEqual({
      resultType: 'complete',
    });
    await servers.approve(one.sessionId, 'deny');
    expect(await until(id, 'completed')).toMatchObject({ result: { isError: true, resultType: 'complete' } });
    await one.stop();
    const other = await held('modern');
    expect(resultOf(await ask('tasks/cancel', { taskId: other.id }))).toEqual({ resultType: 'complete' });
    await until(other.id, 'cancelled');
    expect(one.seen()).toEqual([]);
  });

  it('asks the user first, and becomes a task when that comes to nothing', async () => {
    await servers.letUsersApprove(1);
    one = servers.start();
    const params = { name: 'search_web', arguments: {}, _meta: MODERN };
    const first = resultOf(await ask('tools/call', params));
    expect(first).toMatchObject({ resultType: 'input_required' });
    const repeated = await ask('tools/call', {
      ...params,
      requestState: first['requestState'],
      inputResponses: { approval: { action: 'cancel' } },
    });
    const id = String(resultOf(repeated)['taskId']);
    await servers.approve(one.sessionId);
    await until(id, 'completed');
    await servers.letUsersApprove(null);
  });
});

describe('a deferred call', () => {
  beforeAll(async () => {
    const raw_policy = `
package thoth

import rego.v1

defer contains {"reason": "closed", "timeout_seconds": 1} if {
  input.action == "tool_call:nightly"
  input.principal.id == "bot"
  input.context.environment == "prod"
  input.session.calls_of_this_tool < 1
}
defer contains {"reason": "for long", "timeout_seconds": 86400} if input.action == "tool_call:yearly"
`;
    const bundle = { name: 'hours', framework: 'OPA', raw_policy, assignments: ['agent:bot'] };
    const pushed = await servers.thoth.call('POST', '/thoth/policy-bundles', bundle);
    expect(pushed.status, JSON.stringify(pushed.body)).toBeLessThan(300);
  });

  it('is asked about again under its task', async () => {
    one = servers.start({ approvedScope: ['nightly'] });
    const created = resultOf(await ask('tools/call', { name: 'nightly', task: {} }));
    const id = String((created['task'] as Row)['taskId']);
    expect(created).toMatchObject({
      task: { status: 'working', statusMessage: expect.stringContaining('closed') },
    });
    await until(id, 'completed');
    const decisions = (await servers.records(one.sessionId)).map((record) => record['decision']);
    expect(decisions).toEqual(['DEFER', 'ALLOW']);
    expect(one.seen()).toHaveLength(1);
  });

  it.each([
    ['without a task', { name: 'nightly' }, 1],
    ['for longer than a task lives', { name: 'yearly', task: {} }, 86_400],
  ])('is an error result with its ticket %s', async (_what, params, seconds) => {
    one = servers.start({ approvedScope: ['nightly', 'yearly'] });
    expect(resultOf(await ask('tools/call', params))).toMatchObject({
      isError: true,
      _meta: {
        'ai.thoth/decision': 'DEFER',
        'ai.thoth/retry_after_seconds': seconds,
        'ai.thoth/violation_id': expect.stringMatching(/^vio_/),
      },
    });
    expect(one.seen()).toEqual([]);
  });
});
