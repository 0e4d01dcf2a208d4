import { showCommand } from '../../cli/declare.js';

export default showCommand({
  operation: 'getBillingMonthlyCost',
  summary: 'Show what the current month costs so far',
});
