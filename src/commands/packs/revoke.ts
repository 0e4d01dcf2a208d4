import { triggerCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'revokePackFromAgent',
  summary: 'Take a pack off an agent; its next call is decided without it',
  args: {
    agent: arg({ description: 'agent id', required: true }),
    pack: arg({ description: 'pack id', required: true }),
  },
  path: ({ args }) => ({ agentId: args.agent, packId: args.pack }),
  confirm: ({ args }) => `Take the pack ${args.pack} off the agent ${args.agent}?`,
});
