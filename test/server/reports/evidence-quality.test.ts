import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pastDecision, writeHistory } from '../read/seeded-history.js';
import { send } from '../http/running-server.js';
import { startDataPlane, type DataPlane, type Row } from '../enforce/data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const event = (eventId: string, members: Record<string, unknown> = {}) => ({
  event_id: eventId,
  tenant_id: thoth.server.tenantId,
  session_id: 'elsewhere',
  agent_id: 'bot',
  user_id: 'u',
  tool_name: 'search_docs',
  source_type: 'agent_tool_call',
  event_type: 'TOOL_CALL_POST',
  content: 'secret content',
  ...members,
});
const report = (...events: object[]) =>
  send('POST', `${thoth.server.url}/v1/events/batch`, { events }, thoth.adminToken);
const get = async (path: string) => (await thoth.call('GET', path)).body;
const post = async (path: string, body: unknown = null) => (await thoth.call('POST', path, body)).body;
const range = () => {
  const at = (offset: number) => new Date(Date.now() + offset).toISOString();
  return `from=${at(-3_600_000)}&to=${at(60_000)}`;
};

describe('evidence SLOs', () => {
  const slos = (query = '') => get(`/thoth/governance/evidence-slos${query}`);

  it('pass over nothing, and measure the decisions that are made', async () => {
    expect(await slos()).toMatchObject({
      passed: true,
      failures: [],
      window_hours: 24,
      scan_limit: 20_000,
      metrics: { rows_scanned: 0, violation_relevant_rows: 0 },
    });
    await thoth.enforce({ enforcement_trace_id: 'trace-1' });
    await thoth.enforce({ tool_name: 'wire_transfer' });
    const { passed, metrics } = await slos('?window_hours=2');
    expect(passed).toBe(true);
    expect(metrics).toMatchObject({
      rows_scanned: 2,
      violation_relevant_rows: 1,
      violation_id_presence_rate: 1,
      decision_reason_code_coverage: 1,
      policy_reference_coverage_non_allow: 1,
      evidence_chain_verification_success: 1,
      deepllm_enrichment_join_rate: 1,
    });
    expect(metrics.decision_to_api_visibility_latency_p95_seconds).toBeGreaterThan(0);
    expect((await slos('?scan_limit=1')).metrics.rows_scanned).toBe(1);
  });

  it('fail when an enrichment finds no decision, and when decisions lack what they should have', async () => {
    await report(event('orphan', { metadata: { deepllm_enrichment: { verdict: 'odd' } } }));
    expect((await slos()).failures).toEqual(['deepllm_enrichment_join_rate']);
    await writeHistory(thoth, [
      pastDecision(1, new Date(), { violation_id: undefined, decision_reason_code: undefined }),
    ]);
    const { passed, failures, metrics } = await slos();
    expect(passed).toBe(false);
    expect(failures).toEqual(
      expect.arrayContaining(['violation_id_presence_rate', 'decision_reason_code_coverage']),
    );
    expect(metrics).toMatchObject({ rows_scanned: 3, violation_id_presence_rate: 0.5 });
    // Measured before the restart, and still known.
    expect(metrics.decision_to_api_visibility_latency_p95_seconds).toBeGreaterThan(0);
  });
});

describe('the evidence backfill', () => {
  it.each([
    ['the primary path', '/governance/evidence/thoth/backfill'],
    ['the compatibility path', '/thoth/governance/evidence/thoth/backfill'],
  ])('makes evidence once, by %s, of events that have none', async (name, path) => {
    const session = `ungoverned ${name}`;
    await report(event(`${name} 1`, { session_id: session }), event(`${name} 2`, { session_id: session }));
    // The call of this event was decided here, so there is evidence of it.
    await report(
      event(`${name} 3`, { session_id: 'session-1', metadata: { enforcement_trace_id: 'trace-1' } }),
    );
    const preview = await post(`${path}?dry_run=true&limit=100`);
    expect(preview).toMatchObject({ created: 0, would_create: preview.candidates, dry_run: true });
    const before = (await get('/thoth/x/evidence/head')).chain_index;
    const run = await post(path, { limit: 100, integration_id: 'import-7' });
    expect(run).toMatchObject({
      source_collection: 'behavioral_events',
      candidates: preview.candidates,
      created: preview.candidates,
    });
    expect(run.created).toBeGreaterThanOrEqual(2);
    expect(run.skipped_existing).toBeGreaterThanOrEqual(1);
    expect(run.evidence_ids).toHaveLength(run.created);
    const made = (await get(`/thoth/evidence/chain?from_sequence=${before}`)).data;
    expect(made[0]).toMatchObject({ kind: 'control.evidence.backfill', change: { created: run.created } });
    expect(made.filter((row: Row) => row.session_id === session)).toMatchObject([
      { kind: 'event', event_id: `${name} 1`, integration_id: 'import-7', tool_name: 'search_docs' },
      { kind: 'event', event_id: `${name} 2` },
    ]);
    expect(JSON.stringify(made)).not.toContain('secret content');
    expect((await thoth.call('GET', '/governance/evidence/verify-chain')).body.verified).toBe(true);

    expect(await post(path)).toMatchObject({ candidates: 0, created: 0, skipped_existing: run.examined });
    expect((await get('/thoth/x/evidence/head')).chain_index).toBe(before + 1 + run.created);
  });

  it('leaves events of refused calls alone when asked to, and comes back to them', async () => {
    await report(event('refused', { event_type: 'TOOL_CALL_BLOCK', session_id: 'refusals' }));
    const path = '/governance/evidence/thoth/backfill';
    expect(await post(`${path}?include_blocked_events=false`)).toMatchObject({ created: 0 });
    // A member of the body wins over the query.
    expect(
      await post(`${path}?include_blocked_events=false`, { include_blocked_events: true }),
    ).toMatchObject({
      created: 1,
    });
  });

  it('reaches the last event by repeating, however small the limit', async () => {
    await report(...Array.from({ length: 5 }, (_, at) => event(`many ${at}`, { session_id: 'many' })));
    const created: number[] = [];
    for (let run = 0; run < 4; run += 1) {
      created.push((await post('/governance/evidence/thoth/backfill?limit=2')).created);
    }
    expect(created).toEqual([2, 2, 1, 0]);
  });
});

describe('the decision backfill', () => {
  const run = (query = '', body: unknown = null) =>
    post(`/thoth/governance/backfill-decision-fields${query}`, body);
  const metadataOf = async (id: string) => {
    const { events } = await get('/thoth/sessions/patched/forensics');
    return events.find((entry: Row) => entry.event_id === id);
  };

  it('fills what events lack from their decisions, and only once', async () => {
    const call = { session_id: 'patched', enforcement_trace_id: 'trace-9', tool_name: 'wire_transfer' };
    const { body: decision } = await thoth.enforce(call);
    const member = { session_id: 'patched', tool_name: 'wire_transfer' };
    await report(
      event('pre', {
        ...member,
        event_type: 'TOOL_CALL_PRE',
        metadata: { enforcement_trace_id: 'trace-9', deepllm_enrichment: { intent: 'theft' } },
      }),
      event('post', { ...member, metadata: { authorization_decision: 'ALLOW' } }),
      event('other', { ...member, metadata: { enforcement_trace_id: 'unheard-of' } }),
    );
    expect(await run('?dry_run=true')).toMatchObject({ updated: 0, would_update: 4 });
    expect(await metadataOf('pre')).not.toHaveProperty('metadata.decision_reason_code');
    const done = await run('', { window_hours: 1 });
    // 'pre' and 'post', and the two events of trace-1 reported above.
    expect(done).toMatchObject({
      updated: 4,
      patched_violation_id: 2,
      patched_authorization_decision: 3,
      patched_enforcement_trace_id: 1,
      patched_deepllm_enrichment: 1,
    });
    expect(done.row_ids).toEqual(expect.arrayContaining(['pre', 'post']));
    expect(done.row_ids).not.toContain('other');
    expect(await metadataOf('post')).toMatchObject({
      violation_id: decision.violation_id,
      metadata: {
        // What the event said itself stays.
        authorization_decision: 'ALLOW',
        decision_reason_code: decision.decision_reason_code,
        deepllm_enrichment: { intent: 'theft' },
        decision_evidence: { matched_rule_ids: ['scope'] },
      },
    });
    expect(await run()).toMatchObject({ candidates: 0, updated: 0, row_ids: [] });
  });
});

describe('the decision-metadata export', () => {
  it('tells decisions and holds without content, arguments or names', async () => {
    const before = await get(`/thoth/governance/decision-metadata/export?${range()}`);
    await thoth.enforce({
      session_id: 'private-session',
      agent_id: 'private-agent',
      user_id: 'jane@example.com',
      tool_name: 'wire_transfer',
      enforcement_mode: 'step_up',
      tool_args: { iban: 'DE00 1234', amount: 5 },
    });
    const body = await get(`/thoth/governance/decision-metadata/export?${range()}&limit=5000`);
    expect(body).toMatchObject({
      record_count: before.record_count + 1,
      approval_count: before.approval_count + 1,
      tenant_id: thoth.server.tenantId,
    });
    const [record] = body.records.slice(-1);
    expect(record).toMatchObject({
      decision: 'STEP_UP',
      tool_name: 'wire_transfer',
      parameter_keys: ['amount', 'iban'],
    });
    expect(record.agent).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
    expect(body.approvals.at(-1).agent).toBe(record.agent);
    expect(JSON.stringify(body)).not.toMatch(/private|jane|DE00|not in the approved/);
  });

  it('hashes with a key of the tenant that outlives a restart', async () => {
    const agent = async () =>
      (await get(`/thoth/governance/decision-metadata/export?${range()}`)).records.at(-1).agent;
    const before = await agent();
    await thoth.restart();
    expect(await agent()).toBe(before);
  });

  it('wants a time span that begins before it ends', async () => {
    const export_ = (query: string) =>
      thoth.call('GET', `/thoth/governance/decision-metadata/export?${query}`);
    expect((await export_('from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).status).toBe(400);
    expect((await export_('from=2026-01-02T00:00:00Z')).status).toBe(400);
    const past = await export_('from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z');
    expect(past.body).toMatchObject({ record_count: 0, approval_count: 0, records: [] });
  });
});

describe('the collector', () => {
  it('takes each record once, although batches overlap', async () => {
    const batch = await get(`/thoth/governance/decision-metadata/export?${range()}&limit=5000`);
    const collect = async (body: unknown) => {
      const reply = await thoth.call(
        'POST',
        '/thoth/governance/moses/training/decision-metadata/collect',
        body,
      );
      expect(reply.status).toBe(202);
      return reply.body;
    };
    expect(await collect({ ...batch, records: batch.records.slice(1) })).toMatchObject({
      status: 'accepted',
      record_count: batch.record_count - 1,
      duplicate_count: 0,
    });
    expect(await collect(batch)).toMatchObject({
      record_count: 1,
      approval_count: 0,
      duplicate_count: batch.record_count - 1 + batch.approval_count,
    });
    expect(await collect({ anything: 'else' })).toMatchObject({ status: 'accepted', record_count: 0 });
  });
});
