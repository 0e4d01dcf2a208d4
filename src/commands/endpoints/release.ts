import { triggerCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'releaseEndpoint',
  summary: 'Release an endpoint from quarantine (local control plane)',
  args: { endpoint: arg({ description: 'endpoint id', required: true }) },
  path: ({ args }) => ({ endpointId: args.endpoint }),
  confirm: ({ args }) => `Release endpoint ${args.endpoint}? Calls from it will be decided by policy again.`,
});
