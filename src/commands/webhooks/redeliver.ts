import { triggerCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'redeliver',
  summary: 'Deliver again, under the same delivery id and with all attempts anew',
  examples: ['<%= config.bin %> webhooks redeliver dlv_1'],
  args: { delivery: arg({ description: 'delivery id', required: true }) },
  path: ({ args }) => ({ deliveryId: args.delivery }),
  body: () => ({}),
});
