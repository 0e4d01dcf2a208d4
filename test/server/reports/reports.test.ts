import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../http/running-server.js';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});
const get = async (path: string) => (await thoth.call('GET', path)).body;
const tokens = (eventId: string, metadata: object) =>
  send(
    'POST',
    `${thoth.server.url}/v1/events/batch`,
    {
      events: [
        {
          event_id: eventId,
          tenant_id: thoth.server.tenantId,
          session_id: 's',
          user_id: 'u',
          source_type: 'agent_llm_invocation',
          event_type: 'LLM_INVOCATION',
          occurred_at: new Date().toISOString(),
          metadata,
        },
      ],
    },
    thoth.adminToken,
  );

describe('reports', () => {
  it('day-7 tells what observed calls would have met', async () => {
    expect(await get('/thoth/reports/day7')).toMatchObject({
      window_days: 7,
      would_block: 0,
      top_policies: [],
    });
    await thoth.enforce({ tool_name: 'wire_transfer', enforcement_mode: 'observe' });
    await thoth.enforce({ enforcement_mode: 'observe' });
    expect(await get('/thoth/reports/day7?days=3')).toMatchObject({
      window_days: 3,
      observed_calls: 2,
      would_block: 1,
      would_allow: 1,
      top_policies: [{ policy: 'scope', calls: 1 }],
      top_tools: [{ tool_name: 'wire_transfer', calls: 1 }],
      exposure: { agents: 1, tools: 1, critical_calls: 1 },
    });
  });

  it('overview and executive summary count what is decided', async () => {
    const before = (await get('/thoth/reports/overview')).totals;
    const { body } = await thoth.enforce({ tool_name: 'wire_transfer', enforcement_mode: 'step_up' });
    const after = (await get('/thoth/reports/overview')).totals;
    expect(after.calls).toBe(before.calls + 1);
    expect(after.violations).toBe(before.violations + 1);
    expect(after.approvals).toEqual({ pending: 1 });
    const { summary, window_days } = await get('/thoth/reports/executive-summary?days=9');
    expect([window_days, summary.posture.calls]).toEqual([9, after.calls]);

    const board = await get(`/thoth/reports/board-incident/${body.violation_id}`);
    expect(board.incident).toMatchObject({ decision: 'STEP_UP', resolution: { status: 'pending' } });
    expect((await thoth.call('GET', '/thoth/reports/board-incident/vio_none')).status).toBe(404);
  });

  it('cost prices tokens by catalogue, estimate or flat rate, and says by which', async () => {
    await tokens('t1', { total_tokens: 2000, provider: 'acme', model_name: 'm1' });
    expect(await get('/thoth/reports/cost?rate=0.5')).toMatchObject({
      pricing_source: 'flat_rate_default',
      total_tokens: 2000,
      total_cost_usd: 1,
      pricing_evidence: { flat_rate_fallbacks: 1, unresolved_models: ['acme/m1'] },
    });
    await tokens('t2', { total_tokens: 10, model_name: 'm2', estimated_cost_usd: 3 });
    expect(await get('/thoth/reports/cost?rate=0.5')).toMatchObject({
      pricing_source: 'event_estimated_cost',
      total_cost_usd: 4,
    });
    await writeFile(
      join(thoth.server.dataDir, 'model-prices.json'),
      '{"m1":{"input_cost_per_token":0.001,"output_cost_per_token":0.002}}',
    );
    const priced = await get('/thoth/reports/cost');
    expect(priced).toMatchObject({ pricing_source: 'litellm_catalog:path', total_cost_usd: 5 });
    expect(priced.pricing_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(priced.pricing_evidence).toMatchObject({
      priced_with_catalog_count: 1,
      event_estimated_fallbacks: 1,
    });
  });

  it('snapshots stay as they were taken', async () => {
    expect((await thoth.call('GET', '/thoth/reports/latest')).status).toBe(404);
    const taken = await thoth.call('POST', '/thoth/x/reports', { cadence: '7d' });
    expect(taken.status).toBe(201);
    await thoth.enforce({ tool_name: 'wire_transfer' });
    expect(await get('/thoth/reports/latest')).toEqual(taken.body);
    expect(await get(`/thoth/reports/${taken.body.report_id}`)).toEqual(taken.body);
    const next = await thoth.call('POST', '/thoth/x/reports', { cadence: '30d' });
    expect(next.body.governance_metrics.totals.calls).toBe(taken.body.governance_metrics.totals.calls + 1);
    expect(next.body.report_hash).not.toBe(taken.body.report_hash);
    expect(await get('/thoth/reports?cadence=7d')).toMatchObject({ total: 1, data: [taken.body] });
    expect((await thoth.call('GET', '/thoth/reports/latest?status=FAILED')).status).toBe(404);
    expect((await thoth.call('POST', '/thoth/x/reports', { cadence: 'custom' })).status).toBe(400);
  });
});
