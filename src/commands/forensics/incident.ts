import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';
import { investigationView } from '../../journeys/forensics/index.js';

export default showCommand({
  operation: 'getIncidentForensics',
  summary: 'Show the session of a violation or an alert',
  examples: ['<%= config.bin %> forensics incident vio_1'],
  args: { incident: arg({ description: 'violation, event or alert id', required: true }) },
  path: ({ args }) => ({ incidentId: args.incident }),
  view: investigationView,
});
