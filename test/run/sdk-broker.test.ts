import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SdkBroker } from '../../src/run/sdk-broker/broker.js';
import { instrument, flush } from '../../src/sdk/index.js';
import { createSession } from '../../src/sdk/instrument.js';
import type { ThothConfig } from '../../src/sdk/index.js';
import { PATIENT, refusalOf } from '../sdk/governed-tool.js';
import { ScriptedEnforcer, until } from '../sdk/scripted-enforcer.js';

let enforcer: ScriptedEnforcer;
let broker: SdkBroker;

async function open(more: ThothConfig = {}): Promise<void> {
  const session = createSession({
    agentId: 'run-agent',
    tenantId: 'acme',
    userId: 'ann',
    sessionId: 'run-session',
    approvedScope: [],
    apiUrl: enforcer.url,
    apiKey: 'real-key',
    logger: {},
    ...PATIENT,
    ...more,
  });
  broker = await SdkBroker.start(session);
}

beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(async () => {
  await flush();
  await broker.stop();
  await enforcer.stop();
});

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

function send(
  path: string,
  options: { method?: string; body?: unknown; text?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const text = options.text ?? (options.body === undefined ? '' : JSON.stringify(options.body));
  return new Promise((resolve, reject) => {
    const call = request(
      broker.url + path,
      {
        method: options.method ?? 'POST',
        headers: { authorization: `Bearer ${broker.apiKey}`, ...options.headers },
      },
      (response) => {
        let reply = '';
        response.on('data', (chunk) => (reply += String(chunk)));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: reply === '' ? {} : (JSON.parse(reply) as Record<string, unknown>),
          }),
        );
      },
    );
    call.on('error', reject);
    call.end(text);
  });
}

const check = (more: Record<string, unknown> = {}) => ({
  agent_id: 'forged-agent',
  tenant_id: 'other-tenant',
  user_id: 'root',
  session_id: 'forged',
  tool_name: 'search',
  enforcement_mode: 'observe',
  approved_scope: ['search', 'delete'],
  identity_binding: { user_id: 'root' },
  endpoint_id: 'forged',
  environment: 'dev',
  tool_args: { q: 9 },
  action_attestation_id: 'child-1',
  ...more,
});

describe('the broker of a run', () => {
  it('asks under the identity of the run, with the real key', async () => {
    await open();
    expect(await send('/v1/enforce', { body: check() })).toMatchObject({
      status: 200,
      body: { decision: 'ALLOW' },
    });
    expect(enforcer.checks[0]).toMatchObject({
      agent_id: 'run-agent',
      tenant_id: 'acme',
      user_id: 'ann',
      session_id: 'run-session',
      enforcement_mode: 'block',
      environment: 'prod',
      approved_scope: [],
      identity_binding: { agent_id: 'run-agent', tenant_id: 'acme', user_id: 'ann' },
      tool_args: { q: 9 },
      action_attestation_id: 'child-1',
    });
    expect(enforcer.checks[0]).not.toHaveProperty('endpoint_id');
    expect(enforcer.requests[0]?.headers.authorization).toBe('Bearer real-key');
  });

  it('narrows the scope of the run, never widens it', async () => {
    await open({ approvedScope: ['search', 'read'] });
    await send('/v1/enforce', { body: check() });
    await send('/v1/enforce', { body: check({ approved_scope: ['delete'] }) });
    await send('/v1/enforce', { body: check({ approved_scope: [] }) });
    expect(enforcer.checks.map((each) => each['approved_scope'])).toEqual([
      ['search'],
      ['(nothing approved)'],
      ['search', 'read'],
    ]);
  });

  it.each([
    ['no key', { authorization: '' }, 401],
    ['a wrong key', { authorization: 'Bearer thoth_run_x' }, 401],
    ['two keys that differ', { 'x-api-key': 'other' }, 401],
    ['the real key', { authorization: 'Bearer real-key' }, 401],
    ['a rebound name', { host: 'attacker.example' }, 403],
    ['a browser', { origin: 'http://localhost' }, 403],
  ])('turns away %s', async (_what, headers, status) => {
    await open();
    expect((await send('/v1/enforce', { body: check(), headers })).status).toBe(status);
    expect(enforcer.checks).toEqual([]);
  });

  it('shows only the holds of this run', async () => {
    await open();
    enforcer.decide({ decision: 'STEP_UP', hold_token: 'mine' });
    expect((await send('/v1/enforce', { body: check() })).body).toMatchObject({
      decision: 'STEP_UP',
      hold_token: 'mine',
    });
    expect(await send('/v1/enforce/hold/mine', { method: 'GET' })).toMatchObject({
      status: 200,
      body: { resolved: false },
    });
    expect((await send('/v1/enforce/hold/theirs', { method: 'GET' })).status).toBe(404);
    expect((await send('/v1/enforce/hold/..%2f..%2fadmin', { method: 'GET' })).status).toBe(404);
    expect(enforcer.holdPolls).toBe(1);
  });

  it('passes on a withdrawal of its own holds, and withdraws what is left when the run ends', async () => {
    await open();
    const tokens = ['given_up', 'resolved', 'left'];
    enforcer.onEnforce = () => ({ body: { decision: 'STEP_UP', hold_token: tokens.shift() } });
    const blocked = { resolved: true, resolution: 'BLOCK', decision: 'BLOCK' };
    enforcer.onHold = () => ({ body: blocked });
    enforcer.onWithdraw = () => ({ body: { ...blocked, decision_reason_code: 'hold_withdrawn' } });
    while (tokens.length > 0) expect((await send('/v1/enforce', { body: check() })).status).toBe(200);
    expect(await send('/v1/enforce/hold/given_up', { method: 'DELETE' })).toMatchObject({
      status: 200,
      body: { decision_reason_code: 'hold_withdrawn' },
    });
    expect((await send('/v1/enforce/hold/theirs', { method: 'DELETE' })).status).toBe(404);
    expect((await send('/v1/enforce/hold/resolved', { method: 'GET' })).body).toMatchObject(blocked);
    await broker.stop();
    await until(() => enforcer.withdrawals.length === 2);
    expect(enforcer.withdrawals).toEqual(['given_up', 'left']);
  });

  it('mends replies that make an older SDK run the tool', async () => {
    await open();
    const replies: [Record<string, unknown>, Record<string, unknown>][] = [
      [{ decision: 'STEP_UP' }, { decision: 'BLOCK', decision_reason_code: 'hold_token_missing' }],
      [{ decision: 'MODIFY' }, { decision: 'BLOCK', decision_reason_code: 'modify_not_applicable' }],
      [
        { decision: 'BLOCK', authorization_decision: 'ALLOW' },
        { decision: 'BLOCK', authorization_decision: 'BLOCK' },
      ],
      [{ authorizationDecision: 'deny' }, { decision: 'BLOCK', authorization_decision: 'BLOCK' }],
      [{}, { decision: 'BLOCK', decision_reason_code: 'unknown_decision' }],
    ];
    for (const [said, passed] of replies) {
      enforcer.decide({ ...said, matched_rule_ids: null });
      const { body } = await send('/v1/enforce', { body: check() });
      expect(body).toMatchObject(passed);
      expect(body).not.toHaveProperty('matched_rule_ids');
    }
  });

  it('tells an outage from a refusal, so that fail-open covers only the first', async () => {
    await open();
    enforcer.onEnforce = (_request, nth) => ({ status: nth === 1 ? 503 : 401, text: '' });
    expect((await send('/v1/enforce', { body: check() })).status).toBe(503);
    expect(await send('/v1/enforce', { body: check() })).toMatchObject({
      status: 200,
      body: { decision: 'BLOCK' },
    });
  });

  it('puts events under the identity of the run, in either shape and key style', async () => {
    await open();
    await send('/v1/events/batch', {
      body: [
        {
          event_id: 'e1',
          tenant_id: 'x',
          agent_id: 'x',
          session_id: 'x',
          user_id: 'x',
          source_type: 'agent_tool_call',
          event_type: 'TOOL_CALL_PRE',
        },
      ],
    });
    await send('/v1/events/batch', {
      body: {
        events: [
          {
            eventId: 'e2',
            tenantId: 'x',
            sessionId: 'x',
            userId: 'x',
            sourceType: 'agent_tool_call',
            eventType: 'TOOL_CALL_POST',
          },
        ],
      },
    });
    await flush();
    const passed = enforcer.events.filter((event) => String(event['event_id']).startsWith('e'));
    expect(passed).toHaveLength(2);
    for (const event of passed) {
      expect(event).toMatchObject({
        tenant_id: 'acme',
        agent_id: 'run-agent',
        session_id: 'run-session',
        user_id: 'ann',
      });
    }
  });

  it.each([
    ['a body over 5 MiB', { text: `{"x":"${'y'.repeat(6 * 1024 * 1024)}"}` }, 413],
    ['broken JSON', { text: '{' }, 400],
    ['a check without a tool', { body: { tool_name: ' ' } }, 400],
  ])('refuses %s', async (_what, options, status) => {
    await open();
    expect((await send('/v1/enforce', options).catch(() => ({ status: 413 }))).status).toBe(status);
    expect(enforcer.checks).toEqual([]);
  });

  it('governs an SDK that knows nothing but its environment', async () => {
    await open();
    enforcer.onEnforce = ({ body }) => ({
      body: { decision: (body as { tool_name: string }).tool_name === 'search' ? 'ALLOW' : 'BLOCK' },
    });
    const tools = [
      { name: 'search', run: async () => 'found' },
      { name: 'delete', run: async () => 'deleted' },
    ];
    instrument(
      { tools },
      {
        agentId: 'x',
        tenantId: 'y',
        approvedScope: ['delete'],
        apiUrl: broker.url,
        apiKey: broker.apiKey,
        logger: {},
        ...PATIENT,
      },
    );
    expect(await tools[0]?.run()).toBe('found');
    await refusalOf(tools[1]?.run() ?? Promise.resolve());
    await flush();
    await until(() => enforcer.events.length >= 5);
    expect(new Set(enforcer.events.map((event) => event['agent_id']))).toEqual(new Set(['run-agent']));
  });
});
