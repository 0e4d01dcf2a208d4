import type { ClosedMonth } from './ledger.js';
import { pdfOf } from './pdf.js';

interface Line {
  readonly item: string;
  /** What was counted, where the item counts something. */
  readonly quantity?: number | undefined;
  /** Reductions are negative, so that the amounts sum up to the net total. */
  readonly cents: number;
}

const CHARGES = [
  ['platform fee', 'line_item_platform_fee_cents', undefined],
  ['governed identities above the included', 'line_item_identity_overage_cents', 'identities'],
  ['policy checks above the included', 'line_item_enforcement_overage_cents', 'checks'],
  ['evidence storage above the included', 'line_item_storage_capacity_cents', 'storedBytes'],
  ['evidence retention', 'line_item_storage_retention_cents', undefined],
  ['compliance uplift', 'line_item_compliance_uplift_cents', undefined],
] as const;

/** The items of a billed month. */
function statementLines({ summary, usage }: ClosedMonth): Line[] {
  const charges = CHARGES.map(([item, member, counted]) => ({
    item,
    cents: cents(summary[member]),
    ...(counted && { quantity: cents(usage[counted]) }),
  }));
  return [
    ...charges,
    { item: 'fixed discount', cents: -cents(summary['line_item_fixed_discount_cents']) },
    ...summary.credit_burns.map((burn) => ({ item: `credit ${burn.wallet_id}`, cents: -burn.cents })),
  ];
}

function cents(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** RFC 4180. Items are words and ids of our own, which need no quotes. */
export function statementCsv(month: ClosedMonth): string {
  const rows = statementLines(month).map(({ item, quantity, cents: amount }) =>
    [month.period, item, quantity ?? '', amount].join(','),
  );
  return [['period', 'item', 'quantity', 'amount_cents'].join(','), ...rows, ''].join('\r\n');
}

export function statementPdf(tenantId: string, month: ClosedMonth): string {
  const rows = statementLines(month).map(({ item, quantity, cents: amount }) =>
    row(item, quantity === undefined ? '' : String(quantity), usd(amount)),
  );
  return pdfOf([
    `Statement of ${month.period}`,
    '',
    `Tenant     ${tenantId}`,
    `Closed     ${month.generated_at}`,
    '',
    row('Item', 'Quantity', 'USD'),
    ...rows,
    '',
    row('Net total', '', usd(month.summary.net_total_cents)),
  ]);
}

function row(item: string, quantity: string, amount: string): string {
  return `${item.padEnd(42)}${quantity.padStart(16)}${amount.padStart(14)}`;
}

function usd(amount: number): string {
  return (amount / 100).toFixed(2);
}
