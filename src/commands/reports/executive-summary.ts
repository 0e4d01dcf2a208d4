import { showCommand } from '../../cli/declare.js';
import { decimal, Flags } from '../../cli/flags.js';

export default showCommand({
  operation: 'getExecutiveSummary',
  summary: 'Show posture and cost for a board',
  flags: {
    days: Flags.integer({ description: 'days to look back', min: 1 }),
    rate: Flags.custom<number>({
      description: 'US dollars per 1000 tokens of what has no price',
      helpValue: '<number>',
      parse: decimal,
    })(),
  },
  query: ({ flags }) => ({
    ...(flags.days && { days: flags.days }),
    ...(flags.rate !== undefined && { rate: flags.rate }),
  }),
});
