import { COST_FLAGS, costQuery } from '../../cli/cost-flags.js';
import { showCommand } from '../../cli/declare.js';

export default showCommand({
  operation: 'getExecutiveSummary',
  summary: 'Show posture and cost for a board',
  flags: COST_FLAGS,
  query: ({ flags }) => costQuery(flags),
});
