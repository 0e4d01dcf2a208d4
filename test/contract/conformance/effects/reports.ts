import { expect } from 'vitest';
import type { Effects } from '../rehearsal.js';

export const reportEffects: Effects<
  | 'listAirsReports'
  | 'getDay7Report'
  | 'getReportsOverview'
  | 'getCostReport'
  | 'getExecutiveSummary'
  | 'getBoardIncidentSummary'
  | 'getAirsReport'
  | 'generateAirsReport'
> = {
  async getDay7Report({ api, governed, fresh }) {
    const read = () => api.call('getDay7Report', { query: { days: 7 } });
    const before = await read();
    await governed({ enforcement_mode: 'observe', tool_name: fresh('tool') });
    const after = await read();
    expect(after.would_block).toBe((before.would_block ?? 0) + 1);
    expect(after.would_step_up).toBe(before.would_step_up ?? 0);
  },

  async getReportsOverview({ api, violation }) {
    const read = async () =>
      JSON.stringify((await api.call('getReportsOverview', { query: { days: 30 } })).totals);
    const before = await read();
    await violation();
    expect(await read()).not.toBe(before);
  },

  async getCostReport({ api, report }) {
    const read = (rate?: number) => api.call('getCostReport', { query: { days: 7, ...(rate && { rate }) } });
    const before = await read();
    await report({
      event_type: 'LLM_INVOCATION',
      metadata: {
        provider: 'nobody',
        model_name: 'a-model-nobody-priced',
        input_tokens: 900,
        output_tokens: 100,
        total_tokens: 1000,
      },
    });
    const after = await read(2);
    expect(after.total_tokens).toBe((before.total_tokens ?? 0) + 1000);
    expect(after.pricing_evidence.unresolved_models).toContain('nobody/a-model-nobody-priced');
  },

  async getExecutiveSummary({ api, violation }) {
    const read = async () =>
      JSON.stringify((await api.call('getExecutiveSummary', { query: { days: 7 } })).summary);
    const before = await read();
    await violation();
    expect(await read()).not.toBe(before);
  },

  async getBoardIncidentSummary({ api, violation, fresh }) {
    const tool = fresh('tool');
    const violationId = await violation({ tool_name: tool });
    const summary = await api.call('getBoardIncidentSummary', { path: { violationId } });
    expect(summary).toMatchObject({ violation_id: violationId, incident: { decision: 'BLOCK' } });
    expect(JSON.stringify(summary.incident)).toContain(tool);
    await expect(
      api.call('getBoardIncidentSummary', { path: { violationId: 'vio_none' } }),
    ).rejects.toMatchObject({ exit: 'notFound' });
  },

  async generateAirsReport({ api, violation }) {
    const make = () => api.call('generateAirsReport', { body: { cadence: '30d' } });
    const first = await make();
    expect(first).toMatchObject({ cadence: '30d', status: 'COMPLETED' });
    await violation();
    expect((await make()).report_hash).not.toBe(first.report_hash);
  },

  async listAirsReports({ api }) {
    const ids = async (cadence: string) =>
      (await api.call('listAirsReports', { query: { cadence } })).data.map((report) => report.report_id);
    const before = await ids('7d');
    const { report_id: id } = await api.call('generateAirsReport', { body: { cadence: '7d' } });
    expect(await ids('7d')).toEqual([id, ...before]);
    expect(await ids('30d')).not.toContain(id);
    expect((await api.call('listAirsReports', { query: { status: 'FAILED' } })).total).toBe(0);
  },

  async getAirsReport({ api, violation }) {
    const make = () => api.call('generateAirsReport', { body: { cadence: '7d' } });
    const latest = () =>
      api.call('getAirsReport', { path: { reportId: 'latest' }, query: { cadence: '7d' } });
    const first = await make();
    expect(await latest()).toMatchObject({ report_id: first.report_id, report_hash: first.report_hash });
    await violation();
    await make();
    expect((await latest()).report_hash).not.toBe(first.report_hash);
    const kept = await api.call('getAirsReport', { path: { reportId: first.report_id } });
    expect(kept.report_hash).toBe(first.report_hash);
    await expect(api.call('getAirsReport', { path: { reportId: 'none' } })).rejects.toMatchObject({
      exit: 'notFound',
    });
  },
};
