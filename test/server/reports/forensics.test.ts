import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../http/running-server.js';
import { startDataPlane, type DataPlane, type Row } from '../enforce/data-plane.js';

let thoth: DataPlane;
let violationId: string;

const event = (eventId: string, members: Record<string, unknown>) => ({
  event_id: eventId,
  tenant_id: thoth.server.tenantId,
  session_id: 'heist',
  agent_id: 'mallory',
  user_id: 'u',
  source_type: 'agent_tool_call',
  event_type: 'TOOL_CALL_POST',
  occurred_at: new Date().toISOString(),
  ...members,
});
const report = (...events: object[]) =>
  send('POST', `${thoth.server.url}/v1/events/batch`, { events }, thoth.adminToken);
const get = (path: string) => thoth.call('GET', path);

beforeAll(async () => {
  thoth = await startDataPlane();
  const call = { session_id: 'heist', agent_id: 'mallory' };
  await thoth.enforce({ ...call, enforcement_trace_id: 'trace-1', purpose: 'support' });
  await report(event('e1', { tool_name: 'search_docs', metadata: { enforcement_trace_id: 'trace-1' } }));
  const { body } = await thoth.enforce({ ...call, tool_name: 'wire_transfer', user_id: 'eve' });
  violationId = body.violation_id;
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

describe('forensics of a session', () => {
  it('tells what happened in order, each event with the decision it belongs to', async () => {
    const { body } = await get('/thoth/sessions/heist/forensics');
    expect(body).toMatchObject({
      session_id: 'heist',
      agent_id: 'mallory',
      agent_name: null,
      risk_score: 95,
    });
    expect(body.events.map((entry: Row) => [entry.source, entry.tool_name, entry.decision])).toEqual([
      ['decision', 'search_docs', 'ALLOW'],
      ['event', 'search_docs', 'ALLOW'],
      ['decision', 'wire_transfer', 'BLOCK'],
    ]);
    const times = body.events.map((entry: Row) => entry.occurred_at);
    expect(times).toEqual([...times].sort());
    expect(body.telemetry_summary).toMatchObject({
      decisions: 2,
      decisions_by_outcome: { ALLOW: 1, BLOCK: 1 },
      violations: 1,
      events_by_type: { TOOL_CALL_POST: 1 },
      total_tokens: 0,
      omitted: 0,
    });
    expect(body.attack_surface).toMatchObject({
      highest_risk_tier: 'critical',
      users: ['eve', 'system'],
      purposes: ['support'],
      tools: [
        { tool_name: 'wire_transfer', calls: 1, refused: 1, risk_tier: 'critical' },
        { tool_name: 'search_docs', calls: 1, refused: 0, risk_tier: 'low' },
      ],
    });
  });

  it('changes with what is recorded: another call, a model call, a verdict on a hold', async () => {
    await report(
      event('e2', {
        source_type: 'agent_llm_invocation',
        event_type: 'LLM_INVOCATION',
        metadata: { prompt_tokens: 10, completion_tokens: 5 },
      }),
      // The end of a session repeats the sum; it must not count twice.
      event('e3', { tool_name: 'session_end', metadata: { total_tokens: 15 } }),
    );
    const agent = await thoth.key(['execute'], undefined, 'key of mallory');
    const held = await thoth.enforce(
      { session_id: 'heist', agent_id: 'mallory', tool_name: 'delete_logs', enforcement_mode: 'step_up' },
      agent,
    );
    const [approval] = (await get('/thoth/approvals')).body.data;
    const judge = await thoth.key(['read', 'write'], undefined, 'judge');
    const verdict = await thoth.call(
      'POST',
      `/thoth/approvals/${approval.approval_id}/resolve`,
      { decision: 'deny', resolved_by: 'judge' },
      judge,
    );
    expect([held.body.decision, verdict.status]).toEqual(['STEP_UP', 200]);
    const { body } = await get('/thoth/sessions/heist/forensics');
    expect(body.telemetry_summary).toMatchObject({ total_tokens: 15, events: 3, approvals_resolved: 1 });
    expect(body.events.at(-1)).toMatchObject({ source: 'control', kind: 'control.approval.deny' });
    expect(body.attack_surface.tools.map((tool: Row) => tool.tool_name)).toContain('delete_logs');
  });

  it('is not there for a session nobody heard of', async () => {
    expect((await get('/thoth/sessions/unheard-of/forensics')).status).toBe(404);
    expect((await get('/thoth/incidents/vio_unheard_of/forensics')).status).toBe(404);
    expect((await get('/thoth/agents/unheard-of/forensics/latest')).status).toBe(404);
  });
});

describe('forensics of an incident', () => {
  it.each([
    ['its violation', () => violationId, 'enforcement'],
    ['its alert', () => `alr_${violationId}`, 'alert'],
  ])('leads to the session by %s', async (_what, id, source) => {
    const { body } = await get(`/thoth/incidents/${encodeURIComponent(id())}/forensics`);
    expect(body).toMatchObject({ session_id: 'heist', incident_id: id(), incident_source: source });
  });
});

describe('forensics of an agent', () => {
  it('show its newest session, which a new call changes', async () => {
    const latest = async () => (await get('/thoth/agents/mallory/forensics/latest')).body.session_id;
    expect(await latest()).toBe('heist');
    await thoth.enforce({ session_id: 'return', agent_id: 'mallory' });
    expect(await latest()).toBe('return');
  });

  it('know an agent that only reported events', async () => {
    await report(event('e9', { agent_id: 'quiet', session_id: 'murmur' }));
    expect((await get('/thoth/agents/quiet/forensics/latest')).body).toMatchObject({
      session_id: 'murmur',
      agent_id: 'quiet',
      risk_score: 0,
      attack_surface: { tools: [] },
    });
  });
});
