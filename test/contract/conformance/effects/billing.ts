import { expect } from 'vitest';
import type { Effects } from '../rehearsal.js';

export const billingEffects: Effects<
  | 'getBillingPricing'
  | 'getBillingMonthlyCost'
  | 'getBillingCreditBank'
  | 'getBillingEstimate'
  | 'updateBillingOverageCap'
  | 'listBillingInvoices'
  | 'listBillingReports'
  | 'getBillingReport'
  | 'listBillingArtifacts'
  | 'getBillingArtifact'
  | 'getBillingArtifactCsv'
  | 'getBillingArtifactPdf'
  | 'grantBillingCredit'
> = {
  async getBillingPricing({ api }) {
    const cap = async () => (await api.call('getBillingPricing', {})).pilot_package.overage_cap_usd;
    for (const value of [123.45, 99]) {
      await api.call('updateBillingOverageCap', { body: { overage_cap_usd: value } });
      expect(await cap()).toBe(value);
    }
  },

  async getBillingMonthlyCost({ api, governed, fresh }) {
    const meter = async () => (await api.call('getBillingMonthlyCost', {})).pilot_meter_estimate;
    const before = await meter();
    await governed({ agent_id: fresh('agent') });
    const after = await meter();
    expect(after.policy_checks_total).toBe((before.policy_checks_total ?? 0) + 1);
    expect(after.governed_identities_observed).toBe((before.governed_identities_observed ?? 0) + 1);
  },

  async getBillingCreditBank({ api }) {
    const read = (burn: number) =>
      api.call('getBillingCreditBank', { query: { average_monthly_burn_cents: burn } });
    const high = await read(1_000_000);
    expect(high.low_balance_threshold_cents).toBe(200_000);
    expect(high.low_balance_alert).toBe(high.total_active_balance_cents < 200_000);
    expect((await read(500)).low_balance_threshold_cents).toBe(100);
  },

  async getBillingEstimate({ api, governed }) {
    const estimate = (more: object) => api.call('getBillingEstimate', { body: more });
    const idle = await estimate({ policy_checks_override: 0, active_identities_override: 0 });
    const busy = await estimate({ policy_checks_override: 500_000_000, active_identities_override: 0 });
    expect(busy.summary.gross_bill_cents).toBeGreaterThan(idle.summary.gross_bill_cents);
    const reduced = await estimate({
      policy_checks_override: 500_000_000,
      active_identities_override: 0,
      fixed_discount_percent: 50,
    });
    expect(reduced.summary.net_total_cents).toBeLessThan(busy.summary.net_total_cents);
    const usage = async () =>
      (await api.call('getBillingMonthlyCost', {})).pilot_meter_estimate.policy_checks_total;
    const before = await usage();
    await governed({});
    expect(await usage()).toBe((before ?? 0) + 1);
  },

  async updateBillingOverageCap({ api }) {
    const write = (cap: number) => api.call('updateBillingOverageCap', { body: { overage_cap_usd: cap } });
    expect((await write(10)).pilot_package.overage_cap_usd).toBe(10);
    expect((await write(20.5)).pilot_package.overage_cap_usd).toBe(20.5);
    expect((await api.call('getBillingPricing', {})).pilot_package.overage_cap_usd).toBe(20.5);
  },

  async grantBillingCredit({ api }) {
    const balance = async () => (await api.call('getBillingCreditBank', {})).total_active_balance_cents;
    const before = await balance();
    const wallet = await api.call('grantBillingCredit', { body: { amount_cents: 1500 } });
    expect(wallet.balance_cents).toBe(1500);
    expect(await balance()).toBe(before + 1500);
  },

  // Only months that have ended are billed; each of these effects has one of its own.

  async listBillingInvoices({ api, decidedIn }) {
    const periods = async () =>
      (await api.call('listBillingInvoices', {})).invoices.map((invoice) => invoice.period);
    expect(await periods()).not.toContain('2026-01');
    await decidedIn(2026, 1);
    expect(await periods()).toContain('2026-01');
    const limited = await api.call('listBillingInvoices', { query: { limit: 1 } });
    expect(limited.invoices).toHaveLength(1);
  },

  async listBillingReports({ api, decidedIn }) {
    const months = async () =>
      (await api.call('listBillingReports', {})).reports.map((report) => [report.year, report.month]);
    expect(await months()).not.toContainEqual([2026, 2]);
    await decidedIn(2026, 2);
    expect(await months()).toContainEqual([2026, 2]);
  },

  async getBillingReport({ api, decidedIn }) {
    const read = () => api.call('getBillingReport', { path: { year: 2026, month: 3 } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    await decidedIn(2026, 3);
    expect(await read()).toMatchObject({ year: 2026, month: 3 });
  },

  async listBillingArtifacts({ api, decidedIn }) {
    const months = async () =>
      (await api.call('listBillingArtifacts', {})).artifacts.map((artifact) => artifact.month);
    expect(await months()).not.toContain(4);
    await decidedIn(2026, 4);
    expect(await months()).toContain(4);
  },

  async getBillingArtifact({ api, decidedIn }) {
    const read = () => api.call('getBillingArtifact', { path: { year: 2026, month: 5 } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    await decidedIn(2026, 5);
    expect(await read()).toMatchObject({ year: 2026, month: 5 });
  },

  async getBillingArtifactCsv({ api, decidedIn }) {
    const read = () => api.raw('GET', `/${api.tenantId}/thoth/x/billing/artifacts/2026/6/csv`);
    expect((await read()).status).toBe(404);
    await decidedIn(2026, 6);
    expect(await read()).toMatchObject({
      status: 200,
      body: expect.stringContaining('2026-06,platform fee'),
    });
  },

  async getBillingArtifactPdf({ api, decidedIn }) {
    const read = () => api.raw('GET', `/${api.tenantId}/thoth/x/billing/artifacts/2026/7/pdf`);
    expect((await read()).status).toBe(404);
    await decidedIn(2026, 7);
    expect(await read()).toMatchObject({
      status: 200,
      body: expect.stringContaining('Statement of 2026-07'),
    });
  },
};
