import { triggerCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'getBillingEstimate',
  summary: 'Show the invoice a month would get; nothing is charged',
  flags: {
    period: Flags.string({ description: 'month (YYYY-MM); default the current one' }),
    'as-of': Flags.string({ description: 'credit at this time (ISO 8601)' }),
    'compliance-uplift-percent': Flags.integer({ description: 'surcharge before discounts', min: 0 }),
    'fixed-discount-percent': Flags.integer({ description: 'discount before credits', min: 0, max: 100 }),
    'average-monthly-burn-cents': Flags.integer({ description: 'baseline of the low-balance alert', min: 0 }),
    'active-identities': Flags.integer({ description: 'instead of the recorded number', min: 0 }),
    'policy-checks': Flags.integer({ description: 'instead of the recorded number', min: 0 }),
  },
  body: ({ flags }) => ({
    ...(flags.period && { period: flags.period }),
    ...(flags['as-of'] && { as_of: flags['as-of'] }),
    ...(flags['compliance-uplift-percent'] && {
      compliance_uplift_percent: flags['compliance-uplift-percent'],
    }),
    ...(flags['fixed-discount-percent'] && { fixed_discount_percent: flags['fixed-discount-percent'] }),
    ...(flags['average-monthly-burn-cents'] && {
      average_monthly_burn_cents: flags['average-monthly-burn-cents'],
    }),
    ...(flags['active-identities'] !== undefined && {
      active_identities_override: flags['active-identities'],
    }),
    ...(flags['policy-checks'] !== undefined && { policy_checks_override: flags['policy-checks'] }),
  }),
});
