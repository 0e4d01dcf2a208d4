import { bill } from '../../billing/bill.js';
import {
  balances,
  closedMonthAsked,
  closedMonths,
  walletStore,
  wallets,
  type ClosedMonth,
} from '../../billing/ledger.js';
import { monthNamed, monthOf } from '../../billing/months.js';
import { PRICE_BOOK } from '../../billing/price-book.js';
import { monthUsage } from '../../billing/usage.js';
import { wholeNumber } from '../../reports/query-values.js';
import { instant, ownMember } from '../../tenants/json-documents.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import { resourceStore } from '../../tenants/resources.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';
import { statementPath } from './billing-statements.js';

const CAP_ID = 'overage-cap';
/** Share of the usual monthly burn below which a balance is low. */
const LOW_SHARE = 0.2;

export function billingRoutes(context: ControlContext): Route[] {
  const { clock, tenants } = context;
  const caps = resourceStore(context, {
    kind: 'billing',
    narrow: (document) => {
      const cap = ownMember(document, 'overage_cap_usd');
      return { overage_cap_usd: typeof cap === 'number' ? cap : 0 };
    },
  });

  const pricing = async (tenantId: string) => ({
    active_tier: PRICE_BOOK.tier,
    catalog_version: PRICE_BOOK.catalogVersion,
    metered_pricing: {
      base_monthly_platform_fee_usd: PRICE_BOOK.platformFeeCents / 100,
      included_governed_identities: PRICE_BOOK.includedIdentities,
      included_policy_checks: PRICE_BOOK.includedChecks,
      governed_identity_usd_per_month: PRICE_BOOK.identityCents / 100,
      policy_checks_usd_per_million: PRICE_BOOK.checksCentsPerMillion / 100,
      prepaid_credit_usd:
        (await wallets(context, tenantId)).reduce((sum, { initialCents }) => sum + initialCents, 0) / 100,
      credit_discount_percent: 0,
    },
    pilot_package: {
      overage_cap_usd: (await caps.find(tenantId, CAP_ID))?.document.overage_cap_usd ?? 0,
    },
  });

  const bank = async (tenantId: string, at: number, burn: number) => {
    const active = balances(await wallets(context, tenantId), await closedMonths(context, tenantId), at);
    const total = active.reduce((sum, { cents }) => sum + cents, 0);
    const threshold = Math.round(burn * LOW_SHARE);
    return { active, total, threshold, low: total < threshold };
  };

  const artifact = (tenantId: string) => (each: ClosedMonth) => ({
    year: each.year,
    month: each.month,
    pdf_url: statementPath(tenantId, each, 'pdf'),
    csv_url: statementPath(tenantId, each, 'csv'),
    generated_at: each.generated_at,
    net_total_cents: each.summary.net_total_cents,
  });

  return [
    operation('getBillingPricing', 'read', async ({ tenantId }) => ({
      status: 200,
      body: await pricing(tenantId),
    })),

    operation('updateBillingOverageCap', 'write', (request) => {
      const { tenantId, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const { overage_cap_usd } = body;
        const before = await caps.find(tenantId, CAP_ID);
        if (before?.document.overage_cap_usd !== overage_cap_usd) {
          const now = clock.now();
          await commitChange(context, {
            tenantId,
            action: 'billing.overage_cap',
            actor: actorOf(request),
            target: { type: 'billing', id: CAP_ID },
            facts: { overage_cap_usd },
            statements: [
              caps.put(tenantId, {
                id: CAP_ID,
                document: { overage_cap_usd },
                secrets: {},
                createdAt: now,
                updatedAt: now,
              }),
            ],
          });
        }
        return { status: 200, body: await pricing(tenantId) };
      });
    }),

    operation('getBillingMonthlyCost', 'read', async ({ tenantId }) => {
      const current = monthOf(clock.now());
      const usage = await monthUsage(context, tenantId, current);
      const summary = bill(usage, []);
      const checks = summary.line_item_enforcement_overage_cents / 100;
      const identities = summary.line_item_identity_overage_cents / 100;
      // No invoice is issued before a month has ended.
      const invoiced = 0;
      return {
        status: 200,
        body: {
          tier: PRICE_BOOK.tier,
          period: current.period,
          action_cost_usd: checks,
          pilot_meter_estimate: {
            policy_checks_total: usage.checks,
            governed_identities_observed: usage.identities,
            policy_checks_cost_usd: checks,
            governed_identity_cost_usd: identities,
            credit_discount_usd: 0,
            net_cost_usd: checks + identities,
            total_cost_usd: checks + identities,
          },
          stripe_reconciliation: {
            stripe_invoice_total_usd: invoiced,
            stripe_reconciliation_usd: invoiced - checks - identities,
          },
        },
      };
    }),

    operation('getBillingEstimate', 'read', async ({ tenantId, body }) => {
      const at = body.as_of === undefined ? clock.now() : Date.parse(body.as_of);
      const asked = body.period === undefined ? monthOf(clock.now()) : monthNamed(body.period);
      const recorded = await monthUsage(context, tenantId, asked);
      const usage = {
        ...recorded,
        identities: body.active_identities_override ?? recorded.identities,
        checks: body.policy_checks_override ?? recorded.checks,
      };
      const { active, low } = await bank(tenantId, at, body.average_monthly_burn_cents ?? 0);
      const summary = bill(usage, active, {
        upliftPercent: body.compliance_uplift_percent,
        discountPercent: body.fixed_discount_percent,
      });
      if (!Number.isSafeInteger(summary.gross_bill_cents))
        throw new HttpError(400, 'invalid_request', 'these amounts of use cannot be billed in whole cents');
      return {
        status: 200,
        body: {
          period: asked.period,
          pricing_tier: PRICE_BOOK.tier,
          worm_retention_days: PRICE_BOOK.wormRetentionDays,
          compliance_receipt: `${usage.records} evidence records, ${usage.storedBytes} bytes, kept ${PRICE_BOOK.wormRetentionDays} days`,
          low_balance_alert: low,
          summary,
        },
      };
    }),

    operation('getBillingCreditBank', 'read', async ({ tenantId, query }) => {
      const at = query['as_of'] === undefined ? clock.now() : Date.parse(query['as_of']);
      const burn = wholeNumber(query, 'average_monthly_burn_cents', { min: 0 }) ?? 0;
      const { active, total, threshold, low } = await bank(tenantId, at, burn);
      return {
        status: 200,
        body: {
          as_of: instant(at),
          total_active_balance_cents: total,
          active_wallet_count: active.length,
          low_balance_threshold_cents: threshold,
          low_balance_alert: low,
          active_wallets: active.map((wallet) => ({
            wallet_id: wallet.walletId,
            balance_cents: wallet.cents,
            initial_cents: wallet.initialCents,
            purchased_at: instant(wallet.purchasedAt),
            expires_at: instant(wallet.expiresAt),
          })),
        },
      };
    }),

    operation('grantBillingCredit', 'write', async (request) => {
      const { tenantId, body } = request;
      const now = clock.now();
      const id = context.newId('wal');
      const expiresAt = body.expires_at === undefined ? null : Date.parse(body.expires_at);
      await commitChange(context, {
        tenantId,
        action: 'billing.grant_credit',
        actor: actorOf(request),
        target: { type: 'credit_wallet', id },
        facts: { amount_cents: body.amount_cents },
        statements: [
          walletStore(context).insert(tenantId, {
            id,
            document: { initialCents: body.amount_cents, purchasedAt: now, expiresAt },
            secrets: {},
            createdAt: now,
            updatedAt: now,
          }),
        ],
      });
      return {
        status: 201,
        body: {
          wallet_id: id,
          balance_cents: body.amount_cents,
          initial_cents: body.amount_cents,
          purchased_at: instant(now),
          expires_at: instant(expiresAt),
        },
      };
    }),

    operation('listBillingInvoices', 'read', async ({ tenantId, query }) => {
      const months = await closedMonths(context, tenantId);
      const invoices = months.slice(0, wholeNumber(query, 'limit', { min: 1 })).map((each) => ({
        invoice_id: `inv-${each.period}`,
        period: each.period,
        status: each.summary.net_total_cents === 0 ? 'paid' : 'open',
        amount_due_usd: each.summary.net_total_cents / 100,
        amount_paid_usd: 0,
        hosted_url: null,
        pdf_url: statementPath(tenantId, each, 'pdf'),
        created_at: each.generated_at,
      }));
      const due = invoices.reduce((sum, { amount_due_usd }) => sum + amount_due_usd, 0);
      return {
        status: 200,
        body: { invoices, count: invoices.length, totals: { amount_due_usd: due, amount_paid_usd: 0 } },
      };
    }),

    operation('listBillingReports', 'read', async ({ tenantId }) => {
      const reports = (await closedMonths(context, tenantId)).map((each) => ({
        year: each.year,
        month: each.month,
        net_total_cents: each.summary.net_total_cents,
        generated_at: each.generated_at,
      }));
      return { status: 200, body: { reports, count: reports.length } };
    }),

    operation('getBillingReport', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await closedMonthAsked(context, tenantId, params),
    })),

    operation('listBillingArtifacts', 'read', async ({ tenantId, query }) => {
      const months = await closedMonths(context, tenantId);
      const artifacts = months.slice(0, wholeNumber(query, 'limit', { min: 1 })).map(artifact(tenantId));
      return { status: 200, body: { artifacts, count: artifacts.length } };
    }),

    operation('getBillingArtifact', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: artifact(tenantId)(await closedMonthAsked(context, tenantId, params)),
    })),
  ];
}
