import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default showCommand({
  operation: 'getViolation',
  summary: 'Show one violation with the evidence around it',
  args: { violation: arg({ description: 'violation id or event id', required: true }) },
  path: ({ args }) => ({ violationId: args.violation }),
});
