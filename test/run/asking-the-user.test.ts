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

/** Longer than the second that the tenant asks for. */
const think = (): Promise<void> => new Promise((done) => setTimeout(done, 1300));
const member = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((at, name) => (at as Row | undefined)?.[name], value);
const codeIn = (params: unknown): string =>
  /type (\d{4})\./.exec(String(member(params, 'message')))?.[1] ?? '';
const reply = (id: unknown) => (message: Row) => message['id'] === id && !('method' in message);

describe('a client that takes questions', () => {
  const isQuestion = (message: Row): boolean => message['method'] === 'elicitation/create';
  const questions = (): Row[] => one.messages().filter(isQuestion);

  async function connect(client: Row = {}, governance: Row = {}): Promise<void> {
    one = servers.start(governance);
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'test', version: '1' },
      ...client,
    };
    one.send({ id: 0, method: 'initialize', params });
    await one.message(reply(0));
  }
  function call(id: number, name = 'search_web', more: Row = {}): void {
    const params = { name, arguments: { q: 'x' }, _meta: { progressToken: id }, ...more };
    one.send({ id, method: 'tools/call', params });
  }
  const answer = (question: Row, result: Row): void => one.send({ id: question['id'], result });

  it('lets its user approve with the code of the question, and the call runs unchanged', async () => {
    await servers.letUsersApprove(1);
    await connect();
    call(1);
    const question = await one.message(isQuestion);
    expect(String(member(question, 'params', 'message'))).toContain('"q":"x"');
    expect(JSON.stringify(member(question, 'params', 'requestedSchema'))).not.toContain(
      codeIn(question['params']),
    );
    await think();
    answer(question, { action: 'accept', content: { code: codeIn(question['params']) } });
    expect(await one.message(reply(1))).toMatchObject({ result: { content: [{ text: 'ran search_web' }] } });
    expect(one.seen().at(-1)).toContain('"arguments":{"q":"x"}');
    expect(one.seen().join()).not.toContain('thoth-ask');
    const records = await servers.records(one.sessionId);
    expect(records.map((record) => record['kind'])).toEqual(['decision', 'control.approval.self_approve']);
    expect(records.at(-1)).toMatchObject({ user_id: 'alice', change: { channel: 'elicitation' } });
  });

  it('asks again after a slip of the pen, and takes a refusal', async () => {
    await servers.letUsersApprove(1);
    await connect();
    call(1);
    const question = await one.message(isQuestion);
    await think();
    answer(question, { action: 'accept', content: { code: '0000' } });
    const second = await one.message((message) => isQuestion(message) && message['id'] !== question['id']);
    expect(one.seen()).toHaveLength(1);
    await think();
    answer(second, { action: 'decline' });
    expect(await one.message(reply(1))).toMatchObject({
      result: { isError: true, _meta: { 'ai.thoth/reason_code': 'self_declined' } },
    });
    expect(one.seen()).toHaveLength(1);
  });

  it.each<[string, Row]>([
    ['accepts', { action: 'accept', content: {} }],
    ['declines', { action: 'decline' }],
    ['cancels', { action: 'cancel' }],
  ])('is not believed when it %s faster than a person, and not asked again', async (_what, result) => {
    await servers.letUsersApprove(300);
    await connect();
    call(1);
    const question = await one.message(isQuestion);
    const typed = result['action'] === 'accept' ? { content: { code: codeIn(question['params']) } } : {};
    answer(question, { ...result, ...typed });
    call(2, 'search_web_too');
    await one.message((message) => member(message, 'params', 'progressToken') === 2);
    const { hold_token: token } = await servers.pendingOf(one.sessionId);
    expect((await servers.thoth.hold(String(token))).body).toMatchObject({ resolved: false });
    await servers.approve(one.sessionId);
    await servers.approve(one.sessionId);
    expect(await one.message(reply(1))).toMatchObject({ result: { content: [{ text: 'ran search_web' }] } });
    await one.message(reply(2));
    expect(questions()).toHaveLength(1);
    const kinds = (await servers.records(one.sessionId)).map((record) => record['kind']);
    expect(kinds.filter((kind) => kind === 'control.approval.approve')).toHaveLength(2);
  });

  it('is told to close the question when an approver was faster', async () => {
    await servers.letUsersApprove(1);
    await connect();
    call(1);
    const question = await one.message(isQuestion);
    await servers.approve(one.sessionId);
    await one.message(reply(1));
    const closing = await one.message((message) => message['method'] === 'notifications/cancelled');
    expect(closing).toMatchObject({ params: { requestId: question['id'] } });
    answer(question, { action: 'accept', content: { code: codeIn(question['params']) } });
    call(2, 'search_again');
    await one.message((message) => isQuestion(message) && message['id'] !== question['id']);
  });

  it('can answer neither after the hold is over nor twice', async () => {
    await servers.letUsersApprove(1);
    await connect({}, { stepUpTimeoutMinutes: 0.03 });
    call(1);
    const question = await one.message(isQuestion);
    expect(await one.message(reply(1))).toMatchObject({ result: { isError: true } });
    const accept = { action: 'accept', content: { code: codeIn(question['params']) } };
    answer(question, accept);
    answer(question, accept);
    one.send({ id: 2, method: 'ping' });
    await one.message(reply(2));
    expect(one.seen().map((line) => member(JSON.parse(line), 'method'))).toEqual(['initialize', 'ping']);
    const kinds = (await servers.records(one.sessionId)).map((record) => record['kind']);
    expect(kinds).not.toContain('control.approval.self_approve');
  });

  it.each<[string, number | null, Row, Row, string]>([
    ['the tenant does not let users approve', null, {}, {}, 'search_web'],
    ['the call is critical', 1, {}, {}, 'wire_transfer'],
    ['the session names no user', 1, {}, { userId: 'system' }, 'search_web'],
    ['it declared no forms', 1, { capabilities: { elicitation: { url: {} } } }, {}, 'search_web'],
    ['it declared nothing', 1, { capabilities: {} }, {}, 'search_web'],
    [
      'it calls itself headless',
      1,
      { clientInfo: { name: 'agent (headless)', version: '1' } },
      {},
      'search_web',
    ],
  ])('is not asked when %s', async (_why, seconds, client, governance, tool) => {
    await servers.letUsersApprove(seconds);
    await connect(client, governance);
    call(1, tool);
    await one.message((message) => message['method'] === 'notifications/progress');
    await servers.approve(one.sessionId, 'deny');
    expect(await one.message(reply(1))).toMatchObject({
      result: { isError: true, _meta: { 'ai.thoth/reason_code': 'approval_denied' } },
    });
    expect(questions()).toEqual([]);
  });
});

describe('a client of the newer protocol', () => {
  const META = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  };
  const call = (id: number, more: Row = {}): void =>
    one.send({
      id,
      method: 'tools/call',
      params: { name: 'search_web', arguments: { q: 'x', n: 1.5 }, _meta: META, ...more },
    });

  async function asked(governance: Row = {}): Promise<{ readonly state: unknown; readonly params: unknown }> {
    await servers.letUsersApprove(1);
    one = servers.start(governance);
    call(1);
    const { result } = await one.message(reply(1));
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { approval: { method: 'elicitation/create' } },
    });
    return {
      state: member(result, 'requestState'),
      params: member(result, 'inputRequests', 'approval', 'params'),
    };
  }
  const accepted = (params: unknown): Row => ({
    approval: { action: 'accept', content: { code: codeIn(params) } },
  });

  it('repeats the call with what its user typed; the server gets the call as it was decided', async () => {
    const { state, params } = await asked();
    await think();
    call(2, { requestState: state, inputResponses: accepted(params) });
    expect(await one.message(reply(2))).toMatchObject({ result: { content: [{ text: 'ran search_web' }] } });
    const [line = ''] = one.seen();
    expect(JSON.parse(line)).toEqual({
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'search_web', arguments: { q: 'x', n: 1.5 }, _meta: META },
    });
    const records = await servers.records(one.sessionId);
    expect(records.map((record) => record['kind'])).toEqual(['decision', 'control.approval.self_approve']);
    expect(records.at(-1)).toMatchObject({ change: { channel: 'input_required' } });
  });

  it('cannot use the state for another call, change it, or use it twice', async () => {
    const { state, params } = await asked();
    const inputResponses = accepted(params);
    await think();
    const forged = `${String(state).slice(0, -1)}${String(state).endsWith('A') ? 'B' : 'A'}`;
    const attempts: Row[] = [
      { requestState: state, arguments: { q: 'y', n: 1.5 } },
      { requestState: state, name: 'delete_everything' },
      { requestState: forged },
      { requestState: String(state).replace(/\.(\d+)\./, (_all, at) => `.${Number(at) + 1}.`) },
      { requestState: 'thoth1.' },
    ];
    for (const [index, attempt] of attempts.entries()) {
      call(10 + index, { ...attempt, inputResponses });
      expect(await one.message(reply(10 + index))).toMatchObject({ error: { code: -32602 } });
    }
    call(2, { requestState: state, inputResponses });
    await one.message(reply(2));
    call(3, { requestState: state, inputResponses });
    expect(await one.message(reply(3))).toMatchObject({ error: { code: -32602 } });
    expect(one.seen()).toHaveLength(1);
    expect(await servers.records(one.sessionId)).toHaveLength(2);
  });

  it('waits for an approver when its answer came too fast, and is asked no more', async () => {
    await servers.letUsersApprove(300);
    one = servers.start();
    call(1);
    const { result } = await one.message(reply(1));
    call(2, {
      requestState: member(result, 'requestState'),
      inputResponses: accepted(member(result, 'inputRequests', 'approval', 'params')),
      _meta: { ...META, progressToken: 'p' },
    });
    await one.message((message) => message['method'] === 'notifications/progress');
    await servers.approve(one.sessionId);
    expect(await one.message(reply(2))).toMatchObject({ result: { content: [{ text: 'ran search_web' }] } });
    call(3, { name: 'search_more', _meta: { ...META, progressToken: 'q' } });
    await one.message((message) => member(message, 'params', 'progressToken') === 'q');
  });

  it('finds a call approved meanwhile when it comes back, and nothing ran before', async () => {
    const { state } = await asked();
    const { hold_token: token } = await servers.pendingOf(one.sessionId);
    await servers.approve(one.sessionId);
    expect((await servers.thoth.hold(String(token))).body).toMatchObject({ resolved: true });
    expect(one.seen()).toEqual([]);
    call(2, { requestState: state, inputResponses: { approval: { action: 'cancel' } } });
    expect(await one.message(reply(2))).toMatchObject({ result: { content: [{ text: 'ran search_web' }] } });
  });

  it('does not run what its user declined, though an approver was faster', async () => {
    const { state } = await asked();
    await servers.approve(one.sessionId);
    await think();
    call(2, { requestState: state, inputResponses: { approval: { action: 'decline' } } });
    expect(await one.message(reply(2))).toMatchObject({
      result: { isError: true, _meta: { 'ai.thoth/reason_code': 'self_declined' } },
    });
    expect(one.seen()).toEqual([]);
  });

  it('may correct a slip of the pen after an approver was faster', async () => {
    const { state } = await asked();
    await servers.approve(one.sessionId);
    await think();
    const typed = { action: 'accept', content: { code: '0000' } };
    call(2, { requestState: state, inputResponses: { approval: typed } });
    const { result } = await one.message(reply(2));
    expect(result).toMatchObject({ resultType: 'input_required' });
    call(3, {
      requestState: member(result, 'requestState'),
      inputResponses: { approval: { action: 'cancel' } },
    });
    expect(await one.message(reply(3))).toMatchObject({ result: { content: [{ text: 'ran search_web' }] } });
  });

  it('is refused when it comes back after the hold is over', async () => {
    const { state, params } = await asked({ stepUpTimeoutMinutes: 0.03 });
    const open = async (): Promise<boolean> => {
      const { data } = (await servers.thoth.call('GET', '/thoth/approvals?status=pending')).body;
      return data.some((each: Row) => each['session_id'] === one.sessionId);
    };
    while (await open()) await new Promise((done) => setTimeout(done, 25));
    call(2, { requestState: state, inputResponses: accepted(params) });
    expect(await one.message(reply(2))).toMatchObject({ result: { isError: true } });
    expect(one.seen()).toEqual([]);
  });

  it('passes on a state that is the server’s', async () => {
    one = servers.start({ approvedScope: ['search_web'] });
    call(1, { requestState: 'server state', inputResponses: { a: {} } });
    await one.message(reply(1));
    expect(one.seen()[0]).toContain('"requestState":"server state","inputResponses":{"a":{}}');
  });
});
