import { triggerCommand } from '../../cli/declare.js';
import { arg, Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'triggerSampleEvent',
  summary: 'Deliver a made-up event, marked as a sample',
  description: 'The types are in docs/guides/webhooks.md; an unknown one is answered with the list.',
  examples: [
    '<%= config.bin %> webhooks trigger decision.blocked',
    '<%= config.bin %> webhooks trigger approval.requested --destination pam',
  ],
  args: { type: arg({ description: 'type of the event', required: true }) },
  flags: {
    destination: Flags.option({
      options: ['webhook', 'siem', 'pam'] as const,
      description: 'where to',
      default: 'webhook',
    })(),
  },
  body: ({ args, flags }) => ({ event_type: args.type, destination: flags.destination }),
});
