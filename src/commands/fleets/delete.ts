import { triggerCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'deleteFleet',
  summary: 'Delete a fleet; its endpoints stay, without a fleet',
  args: { fleet: arg({ description: 'fleet id', required: true }) },
  path: ({ args }) => ({ fleetId: args.fleet }),
  confirm: ({ args }) => `Delete fleet ${args.fleet}? Its endpoints will belong to no fleet.`,
});
