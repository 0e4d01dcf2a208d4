import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractIssues, send } from '../http/running-server.js';
import { CALL, startDataPlane, type DataPlane } from './data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

let sessions = 0;
const session = (): string => `enforce-${(sessions += 1)}`;

describe('POST /v1/enforce', () => {
  it('allows a call in scope and carries a receipt of the durable record', async () => {
    const reply = await thoth.enforce({
      session_id: session(),
      enforcement_trace_id: 'trace-1',
      action_attestation_id: 'attest-1',
    });
    expect(reply.status).toBe(200);
    expect(await contractIssues('checkEnforcement', reply)).toEqual([]);
    expect(reply.body).toMatchObject({
      decision: 'ALLOW',
      authorization_decision: 'ALLOW',
      enforcement_trace_id: 'trace-1',
      action_attestation_id: 'attest-1',
    });
    expect(JSON.stringify(reply.body)).not.toContain('null');
    const { receipt } = reply.body;
    const chain = await thoth.call(
      'GET',
      `/thoth/evidence/chain?from_sequence=${receipt.chain_index - 1}&limit=1`,
    );
    expect(chain.body.data[0]).toMatchObject({
      kind: 'decision',
      hash: receipt.hash,
      evidence_id: receipt.decision_id,
      signature: receipt.signature,
    });
  });

  it.each([
    ['block', 'search_web', 'BLOCK', undefined],
    ['step_up', 'search_web', 'STEP_UP', undefined],
    ['progressive', 'wire_transfer', 'BLOCK', undefined],
    ['progressive', 'search_web', 'STEP_UP', undefined],
    ['observe', 'search_web', 'ALLOW', 'BLOCK'],
    ['shadow', 'search_web', 'ALLOW', 'BLOCK'],
    ['SHADOW', 'search_web', 'ALLOW', 'BLOCK'],
  ])('mode %s answers a call of %s out of scope with %s', async (mode, tool, decision, shadow) => {
    const reply = await thoth.enforce({ session_id: session(), enforcement_mode: mode, tool_name: tool });
    expect(reply.status).toBe(200);
    expect(await contractIssues('checkEnforcement', reply)).toEqual([]);
    expect(reply.body.decision).toBe(decision);
    expect(reply.body.authorization_decision).toBe(decision);
    expect(reply.body.shadow_decision).toBe(shadow);
    expect(reply.body.decision_reason_code).toBe('tool_not_in_approved_scope');
    if (decision === 'ALLOW') expect(reply.body.violation_id).toBeUndefined();
    else expect(reply.body.violation_id).toMatch(/^vio_/);
    if (decision === 'STEP_UP') {
      expect(reply.body.hold_token).toMatch(/^[A-Za-z0-9._~-]+$/);
      expect(Number.isInteger(reply.body.step_up_timeout_seconds)).toBe(true);
      expect(reply.body.reason).not.toContain(reply.body.hold_token);
    } else expect(reply.body.hold_token).toBeUndefined();
  });

  it('steps up at the first harmless violation of a session and blocks from the second on', async () => {
    const mine = session();
    const words = [];
    for (let call = 0; call < 3; call += 1) {
      const reply = await thoth.enforce({
        session_id: mine,
        enforcement_mode: 'progressive',
        tool_name: 'search_web',
      });
      words.push(reply.body.decision);
    }
    expect(words).toEqual(['STEP_UP', 'BLOCK', 'BLOCK']);
  });

  it('counts parallel calls of one session one after the other', async () => {
    const mine = session();
    const replies = await Promise.all(
      Array.from({ length: 12 }, () =>
        thoth.enforce({ session_id: mine, enforcement_mode: 'progressive', tool_name: 'search_web' }),
      ),
    );
    const words = replies.map((reply) => reply.body.decision);
    expect(words.filter((word) => word === 'STEP_UP')).toHaveLength(1);
    expect(words.filter((word) => word === 'BLOCK')).toHaveLength(11);
  });

  it('remembers a session across a restart', async () => {
    const mine = session();
    const call = { session_id: mine, enforcement_mode: 'progressive', tool_name: 'search_web' };
    expect((await thoth.enforce(call)).body.decision).toBe('STEP_UP');
    await thoth.restart();
    expect((await thoth.enforce(call)).body.decision).toBe('BLOCK');
  });

  it('uses the scope registered for the agent when the caller names none', async () => {
    const agent = 'registered-bot';
    const call = { session_id: session(), agent_id: agent, approved_scope: [] };
    expect((await thoth.enforce(call)).body.decision).toBe('BLOCK');
    await thoth.call('PUT', `/thoth/x/agents/${agent}/scope`, { approved_scope: ['search_docs'] });
    expect((await thoth.enforce(call)).body.decision).toBe('ALLOW');
  });

  it('takes the key in either header, and refuses two that differ', async () => {
    const key = await thoth.key(['execute']);
    const other = await thoth.key(['execute']);
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${thoth.server.url}/v1/enforce`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ ...CALL, tenant_id: thoth.server.tenantId, session_id: session() }),
      });
    expect((await ask({ 'x-api-key': key })).status).toBe(200);
    expect((await ask({ authorization: `Bearer ${key}` })).status).toBe(200);
    expect((await ask({ authorization: `Bearer ${key}`, 'x-api-key': other })).status).toBe(401);
    expect((await ask({})).status).toBe(401);
  });

  it('needs the execute permission and a key of the same tenant and agent', async () => {
    const reader = await thoth.key(['read', 'write']);
    expect((await thoth.enforce({}, reader)).status).toBe(403);
    const foreign = await thoth.enforce({ tenant_id: 'someone-else' });
    expect(foreign.status).toBe(403);
    expect(foreign.body).toMatchObject({ message: expect.any(String), error: { code: 'FORBIDDEN' } });

    const bot = await thoth.key(['execute'], 'bot-7');
    expect((await thoth.enforce({ agent_id: 'bot-8', session_id: session() }, bot)).status).toBe(403);
    expect((await thoth.enforce({ agent_id: 'bot-7', session_id: session() }, bot)).status).toBe(200);
    const unnamed = await thoth.enforce({ agent_id: '', session_id: session(), tool_name: 'rm_rf' }, bot);
    expect(unnamed.status).toBe(200);
    const shown = await thoth.call('GET', `/thoth/x/violations/${unnamed.body.violation_id}`);
    expect(shown.body.agent_id).toBe('bot-7');
  });

  it('accepts the empty identities Go sends and ignores members it does not know', async () => {
    const reply = await thoth.enforce({
      agent_id: '',
      tenant_id: '',
      user_id: '',
      session_id: session(),
      novel: { a: 1 },
    });
    expect(reply.status).toBe(200);
    expect(reply.body.decision).toBe('ALLOW');
  });

  it.each([
    ['an unknown mode', { enforcement_mode: 'lenient' }],
    ['a mode that is a name of Object', { enforcement_mode: 'constructor' }],
    ['no tool', { tool_name: '' }],
    ['a tool that is no text', { tool_name: 7 }],
    ['arguments that are no object', { tool_args: [1, 2] }],
    ['a scope that is no list', { approved_scope: 'search_docs' }],
    ['a missing session', { session_id: undefined }],
    ['half a surrogate pair in the tool', { tool_name: 'a\ud800' }],
    ['half a surrogate pair in the arguments', { tool_args: { a: '\udc00' } }],
  ])('answers 400 to %s and records nothing', async (_what, members) => {
    const before = await thoth.call('GET', '/thoth/x/evidence/head');
    const reply = await thoth.enforce(members);
    expect(reply.status).toBe(400);
    expect(await contractIssues('checkEnforcement', reply)).toEqual([]);
    const after = await thoth.call('GET', '/thoth/x/evidence/head');
    expect(after.body.chain_index).toBe(before.body.chain_index);
  });

  it('survives arguments nested deeper than any policy would look', async () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 3000; depth += 1) nested = { a: nested };
    const reply = await thoth.enforce({ session_id: session(), tool_args: { nested } });
    expect([200, 400]).toContain(reply.status);
    expect((await thoth.enforce({ session_id: session() })).status).toBe(200);
  });

  it('keeps the policy input of each decision without its secrets, under the digest in the evidence', async () => {
    const reply = await thoth.enforce({
      session_id: session(),
      tool_args: { query: 'x', nested: { api_key: 'sk-very-secret' } },
    });
    const index = reply.body.receipt.chain_index;
    const input = await thoth.call('GET', `/thoth/x/evidence/${index}/policy-input`);
    expect(JSON.stringify(input.body)).not.toContain('sk-very-secret');
    const chain = await thoth.call('GET', `/thoth/evidence/chain?from_sequence=${index - 1}&limit=1`);
    expect(chain.body.data[0].policy_input_digest).toBe(input.body.digest);
    expect((await thoth.call('GET', '/thoth/x/evidence/999999/policy-input')).status).toBe(404);
  });

  it('explains a recorded refusal and answers 404 for one it never made', async () => {
    const refused = await thoth.enforce({ session_id: session(), tool_name: 'delete_repo' });
    const ask = (id: string): ReturnType<typeof send> =>
      send(
        'POST',
        `${thoth.server.url}/v1/explain`,
        { ...CALL, tenant_id: 't', decision: 'BLOCK', violation_id: id },
        thoth.adminToken,
      );
    const told = await ask(refused.body.violation_id);
    expect(await contractIssues('explainDecision', told)).toEqual([]);
    expect(told.body.what_happened).toContain('delete_repo');
    expect((await ask('vio_unknown')).status).toBe(404);
  });
});
