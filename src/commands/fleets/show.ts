import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default showCommand({
  operation: 'getFleet',
  summary: 'Show one fleet',
  args: { fleet: arg({ description: 'fleet id', required: true }) },
  path: ({ args }) => ({ fleetId: args.fleet }),
});
