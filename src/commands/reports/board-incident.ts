import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default showCommand({
  operation: 'getBoardIncidentSummary',
  summary: 'Show one violation as a board needs it',
  args: { violation: arg({ description: 'violation id', required: true }) },
  path: ({ args }) => ({ violationId: args.violation }),
});
