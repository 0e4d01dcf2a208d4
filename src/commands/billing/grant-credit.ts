import { triggerCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'grantBillingCredit',
  summary: 'Add a prepaid credit wallet (local control plane)',
  flags: {
    'amount-cents': Flags.integer({ description: 'credit in cents', required: true, min: 1 }),
    'expires-at': Flags.string({ description: 'end of the credit (ISO 8601)' }),
  },
  body: ({ flags }) => ({
    amount_cents: flags['amount-cents'],
    ...(flags['expires-at'] && { expires_at: flags['expires-at'] }),
  }),
});
