import { showCommand } from '../../cli/declare.js';

export default showCommand({
  operation: 'getEndpointStats',
  summary: 'Count endpoints: managed, online, stale, quarantined, at risk, outdated',
});
