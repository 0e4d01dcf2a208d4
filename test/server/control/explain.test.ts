import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';

interface Step {
  readonly step: string;
  readonly outcome: string;
  readonly detail: string;
}

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(() => thoth.stop());

const CALL = {
  tool_name: 'send_payment',
  agent_id: 'billing-bot',
  tool_args: { amount: 3, password: 'hunter2' },
};
const ask = (body: object, credential?: string) =>
  thoth.call('POST', '/thoth/x/policy/explain', body, ...(credential === undefined ? [] : [credential]));
const explained = async (body: object) => {
  const reply = await ask(body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body as {
    decision: string;
    reason_code: string;
    steps: Step[];
    input: Record<string, unknown>;
  };
};
const outcomes = (steps: readonly Step[]): Record<string, string> =>
  Object.fromEntries(steps.map(({ step, outcome }) => [step, outcome]));
const settings = (members: object) => thoth.call('PUT', '/thoth/settings', members);
const chainLength = async (): Promise<number> =>
  (await thoth.call('GET', '/thoth/evidence/chain?limit=500')).body.data.length;

describe('explaining a described call', () => {
  it('names what stands in the way, one thing after the other, until nothing does', async () => {
    const call = { call: CALL };
    const unknown = await explained(call);
    expect(unknown).toMatchObject({ decision: 'BLOCK', reason_code: 'tool_not_in_approved_scope' });
    expect(unknown.steps.find(({ step }) => step === 'approved scope')?.detail).toContain('no scope is set');

    await thoth.call('PUT', '/thoth/x/agents/billing-bot/scope', { approved_scope: ['send_payment'] });
    const scoped = await explained(call);
    expect(scoped.decision).toBe('ALLOW');
    expect(scoped.steps.find(({ step }) => step === 'approved scope')?.detail).toContain(
      'scope set for the agent',
    );

    await settings({ shadow_policy: { critical: 'step_up' }, session_intents: { triage: ['read'] } });
    const tiered = await explained({ call: { ...CALL, session_intent: 'triage' } });
    expect(outcomes(tiered.steps)).toMatchObject({ 'risk tier': 'STEP_UP', 'session intent': 'STEP_UP' });

    await thoth.call('POST', '/thoth/policy-bundles', {
      name: 'guard',
      framework: 'CEDAR',
      raw_policy:
        '@id("large")\nforbid (principal, action, resource) when { context.args has amount && context.args.amount > 2 };',
    });
    await thoth.call('POST', '/thoth/policy-bundles', {
      name: 'others',
      framework: 'CEDAR',
      raw_policy: 'forbid (principal, action, resource);',
      assignments: ['agent:somebody-else'],
    });
    await thoth.call('POST', '/thoth/agents/billing-bot/apply-pack', {
      pack_id: 'gdpr-ai-agents',
      overrides: { behavioral_controls: { critical_threshold: 0.5 } },
    });
    const full = await explained(call);
    expect(outcomes(full.steps)).toMatchObject({
      'bundle guard@1': 'BLOCK',
      'bundle others@1': 'not asked',
      'risk tier': 'STEP_UP',
      'pack gdpr-ai-agents@2': 'STEP_UP',
      decision: 'BLOCK',
    });

    await settings({
      mcp_control: { enabled: true, approved_host_patterns: ['tools.example'], pass_through_approved: true },
    });
    const mcp = await explained({ call: { ...CALL, metadata: { mcp_host: 'evil.example' } } });
    expect(outcomes(mcp.steps)['MCP control']).toBe('BLOCK');
    const observed = await explained({ call: { ...CALL, enforcement_mode: 'observe' } });
    expect(outcomes(observed.steps)).toMatchObject({ 'observe mode': 'ALLOW', decision: 'ALLOW' });
  });

  it('agrees with what enforce then decides, and shows no secret', async () => {
    const { decision, input } = await explained({ call: { ...CALL, approved_scope: ['send_payment'] } });
    expect(JSON.stringify(input)).not.toContain('hunter2');
    const { body } = await thoth.enforce({ ...CALL, approved_scope: ['send_payment'] });
    expect(body.decision).toBe(decision);
  });

  it('leaves nothing behind: no evidence, no hold, no count of the session', async () => {
    const before = await chainLength();
    const approvals = (await thoth.call('GET', '/thoth/approvals')).body.data.length;
    const call = {
      ...CALL,
      enforcement_mode: 'progressive',
      tool_name: 'read_page',
      agent_id: 'quiet-bot',
      tool_args: {},
    };
    const first = await explained({ call });
    const second = await explained({ call });
    // Progressive holds the first violation of a session and blocks the second.
    expect([first.decision, second.decision]).toEqual(['STEP_UP', 'STEP_UP']);
    expect(await explained({ call: { ...call, session: { violations: 1 } } })).toMatchObject({
      decision: 'BLOCK',
    });
    expect(await chainLength()).toBe(before);
    expect((await thoth.call('GET', '/thoth/approvals')).body.data).toHaveLength(approvals);
    const agents = (await thoth.call('GET', '/thoth/x/agents')).body.data as { agent_id: string }[];
    expect(agents.map(({ agent_id: id }) => id)).not.toContain('quiet-bot');
  });
});

describe('explaining a recorded decision', () => {
  it('says what was decided then and what is decided now, with what only the record knows', async () => {
    const { body } = await thoth.enforce({
      tool_name: 'fetch_page',
      approved_scope: ['fetch_page'],
      tool_args: { api_key: 'hunter2' },
      metadata: { mcp_host: 'evil.example' },
    });
    const then = await explained({ violation_id: body.violation_id });
    expect(then.steps[0]).toMatchObject({ outcome: 'BLOCK', detail: expect.stringContaining('mcp-control') });
    expect(then.steps[1]?.detail).toContain('[redacted]');
    expect(outcomes(then.steps)['MCP control']).toBe('BLOCK');
    await settings({ mcp_control: { enabled: false } });
    const now = await explained({ violation_id: body.violation_id });
    expect(now.steps[0]?.outcome).toBe('BLOCK');
    expect(now.decision).toBe('ALLOW');
  });

  it('answers 404 for what is no decision', async () => {
    expect((await ask({ violation_id: 'vio_none' })).status).toBe(404);
    expect((await ask({ chain_index: 1_000_000 })).status).toBe(404);
    expect((await ask({ chain_index: 1 })).status).toBe(404);
  });
});

describe('who may ask, and how', () => {
  it('is for readers, not for those who ask for decisions', async () => {
    expect((await ask({ call: CALL }, await thoth.key(['read']))).status).toBe(200);
    expect((await ask({ call: CALL }, await thoth.key(['execute']))).status).toBe(403);
    expect((await ask({ call: CALL }, await thoth.key(['read'], 'billing-bot'))).status).toBe(403);
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['two calls', { call: CALL, chain_index: 1 }],
    ['no tool', { call: { agent_id: 'a' } }],
    ['an unknown mode', { call: { ...CALL, enforcement_mode: 'loud' } }],
    ['a time that is none', { call: { ...CALL, occurred_at: 'soon' } }],
    ['half a character', { call: { ...CALL, agent_id: '\ud800' } }],
  ])('refuses %s', async (_name, body) => {
    expect((await ask(body)).status).toBe(400);
  });

  it('refuses a call by a quarantined endpoint, and says that nothing else was asked', async () => {
    await thoth.call('POST', '/thoth/endpoints', {
      endpoint_id: 'ep-1',
      hostname: 'laptop',
      platform: 'macos',
    });
    const listed = (await thoth.call('GET', '/thoth/endpoints')).body.data as { endpoint_id: string }[];
    const id = listed[0]?.endpoint_id ?? '';
    await thoth.call('POST', `/thoth/endpoints/${id}/quarantine`);
    const { steps } = await explained({ call: { ...CALL, endpoint_id: id } });
    expect(steps.map(({ step }) => step)).toEqual(['the call', 'quarantine', 'decision']);
  });
});
