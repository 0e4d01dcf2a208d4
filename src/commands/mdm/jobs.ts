import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default showCommand({
  operation: 'getMdmSyncJob',
  summary: 'Show one MDM sync job',
  args: { job: arg({ description: 'job id, as `mdm sync` and `mdm list` show it', required: true }) },
  path: ({ args }) => ({ jobId: args.job }),
});
