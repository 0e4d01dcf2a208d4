import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill } from '../../../src/server/billing/bill.js';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';
import { send } from '../http/running-server.js';
import { pastDecision, writeHistory } from '../read/seeded-history.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});
const get = async (path: string) => (await thoth.call('GET', `/billing/${path}`)).body;

describe('a bill', () => {
  it('is gross, less the discount, less wallets in their order', () => {
    const usage = { identities: 12, checks: 1_100_000, storedBytes: 0, records: 0 };
    const wallets = [
      { walletId: 'a', cents: 1000 },
      { walletId: 'b', cents: 1_000_000 },
    ];
    const gross = Math.round((50_000 + 1600 + 2000) * 1.1);
    expect(bill(usage, wallets, { upliftPercent: 10, discountPercent: 50 })).toMatchObject({
      gross_bill_cents: gross,
      line_item_fixed_discount_cents: gross / 2,
      net_total_cents: 0,
      credit_burns: [
        { wallet_id: 'a', cents: 1000 },
        { wallet_id: 'b', cents: gross / 2 - 1000 },
      ],
    });
  });
});

describe('billing', () => {
  it('reads back the overage cap as it was written', async () => {
    expect((await get('pricing')).pilot_package.overage_cap_usd).toBe(0);
    const put = (cap: number) => thoth.call('PUT', '/billing/overage-cap', { overage_cap_usd: cap });
    expect((await put(12.34)).body).toEqual(await get('pricing'));
    expect((await get('pricing')).pilot_package.overage_cap_usd).toBe(12.34);
    expect((await put(-1)).status).toBe(400);
  });

  it('counts calls and agents of the current month', async () => {
    expect((await get('monthly-cost')).pilot_meter_estimate.policy_checks_total).toBe(0);
    await thoth.enforce();
    await thoth.enforce({ agent_id: 'second' });
    expect((await get('monthly-cost')).pilot_meter_estimate).toMatchObject({
      policy_checks_total: 2,
      governed_identities_observed: 2,
    });
  });

  it('estimates with credit, and takes none of it', async () => {
    const grant = await thoth.call('POST', '/thoth/x/billing/credits', { amount_cents: 700 });
    expect(grant.status).toBe(201);
    const { body } = await thoth.call('POST', '/billing/estimate', { policy_checks_override: 1_100_000 });
    expect(body.summary).toMatchObject({
      line_item_enforcement_overage_cents: 2000,
      line_item_credits_applied_cents: 700,
      net_total_cents: 51_300,
    });
    expect(await get('credit-bank?average_monthly_burn_cents=4000')).toMatchObject({
      total_active_balance_cents: 700,
      low_balance_threshold_cents: 800,
      low_balance_alert: true,
      active_wallets: [{ wallet_id: grant.body.wallet_id, balance_cents: 700 }],
    });
  });

  it('bills an ended month once; what is recorded for it later changes nothing', async () => {
    expect(await get('invoices')).toMatchObject({ invoices: [], count: 0 });
    expect((await thoth.call('GET', '/billing/reports/2026/3')).status).toBe(404);
    await writeHistory(thoth, [pastDecision(1, new Date('2026-03-05T12:00:00Z'))]);
    const report = await get('reports/2026/3');
    expect(report).toMatchObject({
      year: 2026,
      month: 3,
      usage: { checks: 1 },
      summary: { net_total_cents: 50_000 },
    });
    expect(await get('invoices')).toMatchObject({
      count: 1,
      invoices: [{ period: '2026-03', amount_due_usd: 500 }],
    });
    expect(await get('artifacts/2026/3')).toMatchObject({ year: 2026, month: 3, net_total_cents: 50_000 });
    await writeHistory(thoth, [pastDecision(2, new Date('2026-03-06T12:00:00Z'))]);
    expect(await get('reports/2026/3')).toEqual(report);
    expect((await thoth.call('GET', '/billing/artifacts/2026/4')).status).toBe(404);
    expect((await get('reports')).count).toBe(1);
    expect((await get('artifacts?limit=1')).count).toBe(1);
  });
});

describe('the statement of a billed month', () => {
  const file = (path: string, credential = thoth.adminToken) =>
    fetch(`${thoth.server.url}${path}`, { headers: { authorization: `Bearer ${credential}` } });

  it('is a CSV file whose amounts sum up to the net total', async () => {
    const artifact = await get('artifacts/2026/3');
    const reply = await file(artifact.csv_url);
    expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="statement-2026-03.csv"');
    const text = await reply.text();
    const [header, ...rows] = text.trimEnd().split('\r\n');
    expect(header).toBe('period,item,quantity,amount_cents');
    const amounts = rows.map((row) => Number(row.split(',').at(-1)));
    expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(artifact.net_total_cents);
    expect(await (await file(artifact.csv_url)).text()).toBe(text);
  });

  it('is a PDF file whose cross-reference table leads to its objects', async () => {
    const { pdf_url: url } = await get('artifacts/2026/3');
    const reply = await file(url);
    expect(reply.headers.get('content-type')).toBe('application/pdf');
    const bytes = Buffer.from(await reply.arrayBuffer());
    const text = bytes.toString('latin1');
    expect(text).toMatch(/^%PDF-1\.4\n[^]*%%EOF\n$/u);
    const table = Number(/startxref\n(\d+)\n/u.exec(text)?.[1]);
    const offsets = text.slice(table).match(/^\d{10} 00000 n $/gmu) ?? [];
    expect(offsets.length).toBeGreaterThan(4);
    for (const [index, entry] of offsets.entries())
      expect(text.slice(Number(entry.slice(0, 10)))).toMatch(new RegExp(`^${index + 1} 0 obj\n`, 'u'));
    const [, length, stream] = /\/Length (\d+) >>\nstream\n([^]*?)\nendstream/u.exec(text) ?? [];
    expect(stream).toHaveLength(Number(length));
    expect(stream).toContain('500.00');
    expect(Buffer.from(await (await file(url)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('exists for billed months only, and for who may read', async () => {
    const { csv_url: url } = await get('artifacts/2026/3');
    expect((await file(url.replace('/3/', '/4/'))).status).toBe(404);
    expect((await file(url, 'thoth_live_nobody')).status).toBe(401);
  });
});

describe('a month nobody has read when it ended', () => {
  it('is billed without what a backfill records for it later', async () => {
    const other = await startDataPlane();
    try {
      await writeHistory(other, [pastDecision(1, new Date('2026-03-05T12:00:00Z'))]);
      const event = {
        event_id: 'late',
        tenant_id: other.server.tenantId,
        session_id: 'late',
        user_id: 'u',
        agent_id: 'bot',
        tool_name: 'search_docs',
        source_type: 'agent_tool_call',
        event_type: 'TOOL_CALL_POST',
        occurred_at: '2026-03-10T12:00:00Z',
      };
      const told = await send(
        'POST',
        `${other.server.url}/v1/events/batch`,
        { events: [event] },
        other.adminToken,
      );
      expect(told.status).toBeLessThan(300);
      const backfill = (query: string) =>
        other.call('POST', `/governance/evidence/thoth/backfill${query}`, null);
      expect((await backfill('?dry_run=true')).body).toMatchObject({ created: 0, would_create: 1 });
      expect((await backfill('')).body.created).toBe(1);
      const { body } = await other.call('GET', '/billing/reports/2026/3');
      expect(body.usage).toMatchObject({ checks: 1, identities: 1, records: 1 });
    } finally {
      await other.stop();
    }
  });
});
