import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractIssues, type Reply } from '../http/running-server.js';
import { startDataPlane, type DataPlane, type Row } from './data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

let calls = 0;
/** A call under a session of its own, as both surfaces would send it. */
function call(members: Row = {}): (surface: string, more?: Row, metadata?: Row) => Promise<Reply> {
  const id = (calls += 1);
  return (surface, more = {}, metadata = {}) =>
    thoth.enforce({
      session_id: `joined-${id}`,
      metadata: { tool_call_id: `call-${id}`, surface, ...metadata },
      ...members,
      ...more,
    });
}

async function records(): Promise<Row[]> {
  const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
  return chain.body.data.filter((record: Row) => record.session_id === `joined-${calls}`);
}

describe('one call that two surfaces ask about', () => {
  it('is one decision and one record', async () => {
    const ask = call();
    const first = await ask('sdk', { action_attestation_id: 'a-1' });
    const second = await ask(
      'mcp',
      { action_attestation_id: 'a-2' },
      { mcp_runtime_identity: 'stdio:files' },
    );
    expect(await contractIssues('checkEnforcement', second)).toEqual([]);
    expect(second.body).toMatchObject({
      decision: 'ALLOW',
      action_attestation_id: 'a-2',
      receipt: first.body.receipt,
      joined_decision_id: first.body.receipt.decision_id,
    });
    expect(first.body).not.toHaveProperty('joined_decision_id');
    const found = await records();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ tool_call_id: `call-${calls}`, decision: 'ALLOW' });
  });

  it('is one record also when both ask at the same time', async () => {
    const ask = call({ enforcement_mode: 'observe' });
    const replies = await Promise.all([ask('sdk'), ask('mcp')]);
    expect(replies.map((reply) => reply.body.decision)).toEqual(['ALLOW', 'ALLOW']);
    expect(await records()).toHaveLength(1);
  });

  it('counts once for rules on how often a session calls', async () => {
    const ask = call({ tool_name: 'outside', enforcement_mode: 'progressive' });
    await ask('sdk');
    expect((await ask('mcp')).body).toHaveProperty('joined_decision_id');
  });

  it('waits for one approval', async () => {
    const ask = call({ tool_name: 'search_web', enforcement_mode: 'step_up' });
    const first = await ask('sdk');
    expect(first.body).not.toHaveProperty('self_approval');
    const second = await ask('mcp');
    expect(second.body).toMatchObject({
      decision: 'STEP_UP',
      hold_token: first.body.hold_token,
      violation_id: first.body.violation_id,
    });
    expect(await records()).toHaveLength(1);
    const { data } = (await thoth.call('GET', '/thoth/approvals?status=pending')).body;
    expect(data.filter((row: Row) => row.session_id === `joined-${calls}`)).toHaveLength(1);
  });
});

describe('what is never joined', () => {
  const separate = async (second: (ask: ReturnType<typeof call>) => Promise<Reply>): Promise<Reply> => {
    const ask = call();
    await ask('sdk');
    const reply = await second(ask);
    expect(reply.body).not.toHaveProperty('joined_decision_id');
    return reply;
  };

  it.each<[string, string, Row, Row]>([
    ['other arguments', 'mcp', { tool_args: { query: 'retention policy ' } }, {}],
    ['no arguments', 'mcp', { tool_args: undefined }, {}],
    ['another tool', 'mcp', { tool_name: 'search_doc' }, {}],
    ['another user', 'mcp', { user_id: 'bob' }, {}],
    ['another agent', 'mcp', { agent_id: 'other' }, {}],
    ['another session', 'mcp', { session_id: 'elsewhere' }, {}],
    ['another mode', 'mcp', { enforcement_mode: 'step_up' }, {}],
    ['another id', 'mcp', {}, { tool_call_id: 'other' }],
    ['arguments that were cut', 'mcp', {}, { tool_args_truncated: true }],
    ['an unknown surface', 'anything', {}, {}],
    ['the same surface again', 'sdk', {}, {}],
  ])('%s', async (_what, surface, members, metadata) => {
    await separate((ask) => ask(surface, members, metadata));
  });

  it('a third question', async () => {
    const ask = call();
    await ask('sdk');
    expect((await ask('mcp')).body).toHaveProperty('joined_decision_id');
    expect((await ask('mcp')).body).not.toHaveProperty('joined_decision_id');
    expect(await records()).toHaveLength(2);
  });

  it('another credential', async () => {
    const key = await thoth.key(['execute']);
    const ask = call();
    await ask('sdk');
    const members = {
      session_id: `joined-${calls}`,
      metadata: { tool_call_id: `call-${calls}`, surface: 'mcp' },
    };
    expect((await thoth.enforce(members, key)).body).not.toHaveProperty('joined_decision_id');
  });

  it('a refusal, which is recorded each time', async () => {
    const ask = call({ tool_name: 'outside' });
    await ask('sdk');
    expect((await ask('mcp')).body.decision).toBe('BLOCK');
    expect(await records()).toHaveLength(2);
  });

  it('a call whose second surface knows more against it', async () => {
    const control = { enabled: true, approved_host_patterns: ['mcp.example.com'] };
    await thoth.call('PUT', '/thoth/settings', { mcp_control: control });
    const ask = call();
    expect((await ask('sdk')).body.decision).toBe('ALLOW');
    const second = await ask('mcp', {}, { mcp_host: 'evil.example' });
    expect(second.body).toMatchObject({ decision: 'BLOCK', decision_reason_code: 'mcp_host_not_approved' });
    expect(await records()).toHaveLength(2);
    const other = call();
    await other('sdk');
    const approved = await other('mcp', {}, { mcp_host: 'mcp.example.com' });
    expect(approved.body).toHaveProperty('joined_decision_id');
  });
});
