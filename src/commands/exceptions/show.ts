import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default showCommand({
  operation: 'getPolicyException',
  summary: 'Show one policy exception, its review and its temporary override',
  args: { request: arg({ description: 'request id', required: true }) },
  path: ({ args }) => ({ requestId: args.request }),
});
