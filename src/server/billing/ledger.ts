import * as z from 'zod/mini';
import type { ServerContext } from '../context.js';
import { HttpError } from '../http/port.js';
import type { JsonObject } from '../tenants/json-documents.js';
import { commitChange, SERVER_ACTOR } from '../tenants/recorded-change.js';
import { resourceStore } from '../tenants/resources.js';
import { bill, type Balance } from './bill.js';
import { month, monthAsked, monthOf, type Month } from './months.js';
import { PRICE_BOOK } from './price-book.js';
import { firstActivity, monthUsage } from './usage.js';

export type BillingContext = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId' | 'tenants'>;

const burns = z.array(z.object({ wallet_id: z.string(), cents: z.number() }));
const closedMonth = z.looseObject({
  year: z.number(),
  month: z.number(),
  period: z.string(),
  generated_at: z.string(),
  usage: z.looseObject({}),
  summary: z.looseObject({ net_total_cents: z.number(), gross_bill_cents: z.number(), credit_burns: burns }),
});
export type ClosedMonth = z.infer<typeof closedMonth>;

interface Wallet {
  readonly initialCents: number;
  readonly purchasedAt: number;
  readonly expiresAt: number | null;
}

export function walletStore(context: Pick<ServerContext, 'store'>) {
  return resourceStore<Wallet>(context, { kind: 'credit-wallet', narrow: narrowWallet });
}

function narrowWallet(document: JsonObject): Wallet {
  const { initialCents, purchasedAt, expiresAt } = document;
  return {
    initialCents: typeof initialCents === 'number' ? initialCents : 0,
    purchasedAt: typeof purchasedAt === 'number' ? purchasedAt : 0,
    expiresAt: typeof expiresAt === 'number' ? expiresAt : null,
  };
}

function monthStore(context: Pick<ServerContext, 'store'>) {
  return resourceStore<ClosedMonth>(context, {
    kind: 'billing-month',
    narrow: (document) => closedMonth.parse(document),
  });
}

/**
 * Months that ended, newest first. Each is billed once, after its end, and never again: what was billed stays. Whoever
 * records something under a time of the past reads them first, so that a month is billed as it was at its end.
 */
export function closedMonths(context: BillingContext, tenantId: string): Promise<ClosedMonth[]> {
  return context.tenants.exclusively(tenantId, async () => {
    const stored = (await monthStore(context).list(tenantId)).map(({ document }) => document);
    const known = new Set(stored.map(({ period }) => period));
    const first = await firstActivity(context, tenantId);
    const now = context.clock.now();
    if (first !== undefined) {
      for (let next = monthOf(first); next.to <= now; next = month(next.year, next.month + 1)) {
        const normal = monthOf(next.from);
        if (known.has(normal.period)) continue;
        const closed = await close(context, tenantId, normal, stored);
        if (closed !== undefined) stored.push(closed);
      }
    }
    return stored.sort((a, b) => b.period.localeCompare(a.period));
  });
}

/** The billed month that the path of a request names. */
export async function closedMonthAsked(
  context: BillingContext,
  tenantId: string,
  params: Readonly<Record<string, string>>,
): Promise<ClosedMonth> {
  const { period } = monthAsked(params);
  const found = (await closedMonths(context, tenantId)).find((each) => each.period === period);
  if (found === undefined) throw new HttpError(404, 'not_found', `nothing was billed for ${period}`);
  return found;
}

async function close(
  context: BillingContext,
  tenantId: string,
  ended: Month,
  earlier: readonly ClosedMonth[],
): Promise<ClosedMonth | undefined> {
  const usage = await monthUsage(context, tenantId, ended);
  if (usage.checks === 0) return undefined;
  const now = context.clock.now();
  const document: ClosedMonth = {
    year: ended.year,
    month: ended.month,
    period: ended.period,
    generated_at: new Date(now).toISOString(),
    pricing_tier: PRICE_BOOK.tier,
    usage: { ...usage },
    summary: bill(usage, balances(await wallets(context, tenantId), earlier, ended.to - 1)),
  };
  await commitChange(context, {
    tenantId,
    action: 'billing.close_month',
    actor: SERVER_ACTOR,
    target: { type: 'billing_month', id: ended.period },
    facts: { ...document.summary },
    statements: [
      monthStore(context).insert(tenantId, {
        id: ended.period,
        document,
        secrets: {},
        createdAt: now,
        updatedAt: now,
      }),
    ],
  });
  return document;
}

export async function wallets(context: Pick<ServerContext, 'store'>, tenantId: string) {
  const stored = await walletStore(context).list(tenantId);
  return stored
    .map(({ id, document }) => ({ walletId: id, ...document }))
    .sort((a, b) => a.purchasedAt - b.purchasedAt || a.walletId.localeCompare(b.walletId));
}

/** What is left at an instant, in burning order. Balances follow from what closed months burnt; nothing else is kept. */
export function balances(
  all: Awaited<ReturnType<typeof wallets>>,
  months: readonly ClosedMonth[],
  at: number,
): (Balance & Wallet)[] {
  const burnt = new Map<string, number>();
  for (const closed of months) {
    if (monthOf(Date.UTC(closed.year, closed.month - 1)).to > at + 1) continue;
    for (const { wallet_id, cents } of closed.summary.credit_burns) {
      burnt.set(wallet_id, (burnt.get(wallet_id) ?? 0) + cents);
    }
  }
  return all
    .filter(({ purchasedAt, expiresAt }) => purchasedAt <= at && (expiresAt === null || expiresAt > at))
    .map((wallet) => ({ ...wallet, cents: wallet.initialCents - (burnt.get(wallet.walletId) ?? 0) }))
    .filter(({ cents }) => cents > 0);
}
