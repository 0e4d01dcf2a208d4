import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';
import { investigationView } from '../../journeys/forensics/index.js';

export default showCommand({
  operation: 'getSessionForensics',
  summary: 'Show everything recorded of one session, oldest first',
  examples: ['<%= config.bin %> forensics session sess_1'],
  args: { session: arg({ description: 'session id', required: true }) },
  path: ({ args }) => ({ sessionId: args.session }),
  view: investigationView,
});
