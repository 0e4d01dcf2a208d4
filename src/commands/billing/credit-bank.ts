import { showCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default showCommand({
  operation: 'getBillingCreditBank',
  summary: 'Show prepaid credit, in the order it burns',
  flags: {
    'as-of': Flags.string({ description: 'at this time (ISO 8601)' }),
    'average-monthly-burn-cents': Flags.integer({ description: 'baseline of the low-balance alert', min: 0 }),
  },
  query: ({ flags }) => ({
    ...(flags['as-of'] && { as_of: flags['as-of'] }),
    ...(flags['average-monthly-burn-cents'] && {
      average_monthly_burn_cents: flags['average-monthly-burn-cents'],
    }),
  }),
});
