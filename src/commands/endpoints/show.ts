import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default showCommand({
  operation: 'getEndpoint',
  summary: 'Show one endpoint',
  args: { endpoint: arg({ description: 'endpoint id', required: true }) },
  path: ({ args }) => ({ endpointId: args.endpoint }),
});
