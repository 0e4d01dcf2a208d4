import { COST_FLAGS, costQuery } from '../../cli/cost-flags.js';
import { showCommand } from '../../cli/declare.js';

export default showCommand({
  operation: 'getCostReport',
  summary: 'Show what model calls cost',
  flags: COST_FLAGS,
  query: ({ flags }) => costQuery(flags),
});
