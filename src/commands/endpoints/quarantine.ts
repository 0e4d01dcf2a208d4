import { triggerCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'quarantineEndpoint',
  summary: 'Quarantine an endpoint; every call from it is blocked from now on',
  args: { endpoint: arg({ description: 'endpoint id', required: true }) },
  path: ({ args }) => ({ endpointId: args.endpoint }),
  confirm: ({ args }) => `Quarantine endpoint ${args.endpoint}? Every tool call from it will be blocked.`,
});
