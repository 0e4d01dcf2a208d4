import { showCommand } from '../../../cli/declare.js';
import { arg } from '../../../cli/flags.js';

export default showCommand({
  operation: 'getAgentScope',
  summary: 'Show the tools an agent may call',
  args: { agent: arg({ description: 'agent id', required: true }) },
  path: ({ args }) => ({ agentId: args.agent }),
});
