import { showCommand } from '../../cli/declare.js';

export default showCommand({
  operation: 'getEvidenceHead',
  summary: 'Show the signed end of the chain; keep it to notice a truncation later',
});
