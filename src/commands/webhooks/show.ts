import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default showCommand({
  operation: 'getDelivery',
  summary: 'Show one delivery with the event it carries',
  args: { delivery: arg({ description: 'delivery id', required: true }) },
  path: ({ args }) => ({ deliveryId: args.delivery }),
});
