import { showCommand } from '../../cli/declare.js';

export default showCommand({
  operation: 'getApiKeyMetrics',
  summary: 'Show how much the keys of the tenant are used',
});
