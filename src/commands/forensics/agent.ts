import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';
import { investigationView } from '../../journeys/forensics/index.js';

export default showCommand({
  operation: 'getAgentLatestForensics',
  summary: 'Show the newest session of an agent',
  examples: ['<%= config.bin %> forensics agent support-bot'],
  args: { agent: arg({ description: 'agent id', required: true }) },
  path: ({ args }) => ({ agentId: args.agent }),
  view: investigationView,
});
