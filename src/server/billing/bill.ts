import { PRICE_BOOK } from './price-book.js';
import type { Usage } from './usage.js';

const GIB = 1024 ** 3;

/** A wallet with what is left in it. */
export interface Balance {
  readonly walletId: string;
  readonly cents: number;
}

interface Terms {
  readonly upliftPercent?: number | undefined;
  readonly discountPercent?: number | undefined;
}

/**
 * The bill of a month in cents: platform fee, overages, storage and compliance uplift make the gross; the fixed discount
 * comes off, then wallets burn in the order given. Pure.
 */
export function bill(usage: Usage, wallets: readonly Balance[], terms: Terms = {}) {
  const book = PRICE_BOOK;
  const identities = Math.max(0, usage.identities - book.includedIdentities) * book.identityCents;
  const checks = Math.round(
    (Math.max(0, usage.checks - book.includedChecks) / 1_000_000) * book.checksCentsPerMillion,
  );
  const gib = Math.max(0, usage.storedBytes - book.includedStorageBytes) / GIB;
  const capacity = Math.round(gib * book.storageCentsPerGib);
  const retention = Math.round(gib * book.retentionCentsPerGib);
  const charges = book.platformFeeCents + identities + checks + capacity + retention;
  const uplift = Math.round((charges * percent(terms.upliftPercent)) / 100);
  const gross = charges + uplift;
  const discount = Math.round((gross * Math.min(100, percent(terms.discountPercent))) / 100);
  const burns = burn(wallets, gross - discount);
  const credits = burns.reduce((sum, { cents }) => sum + cents, 0);
  return {
    gross_bill_cents: gross,
    net_total_cents: gross - discount - credits,
    line_item_platform_fee_cents: book.platformFeeCents,
    line_item_identity_overage_cents: identities,
    line_item_enforcement_overage_cents: checks,
    line_item_storage_capacity_cents: capacity,
    line_item_storage_retention_cents: retention,
    line_item_compliance_uplift_cents: uplift,
    line_item_fixed_discount_cents: discount,
    line_item_credits_applied_cents: credits,
    credit_burns: burns,
  };
}

function percent(value: number | undefined): number {
  return value === undefined ? 0 : Math.max(0, value);
}

/** First in, first out. */
function burn(wallets: readonly Balance[], due: number): { wallet_id: string; cents: number }[] {
  let rest = due;
  return wallets.flatMap(({ walletId, cents }) => {
    const taken = Math.min(rest, cents);
    rest -= taken;
    return taken > 0 ? [{ wallet_id: walletId, cents: taken }] : [];
  });
}
