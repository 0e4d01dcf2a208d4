import { Args } from '@oclif/core';
import { triggerCommand } from '../../cli/declare.js';
import { decimal } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'updateBillingOverageCap',
  summary: 'Set the monthly overage cap in US dollars',
  args: {
    usd: Args.custom<number>({ ignoreStdin: true, parse: decimal })({
      description: 'cap in US dollars',
      required: true,
    }),
  },
  body: ({ args }) => ({ overage_cap_usd: args.usd }),
});
