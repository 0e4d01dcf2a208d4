import { showCommand } from '../../cli/declare.js';

export default showCommand({ operation: 'getBillingPricing', summary: 'Show the prices of the tenant' });
