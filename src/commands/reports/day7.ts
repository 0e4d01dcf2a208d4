import { showCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default showCommand({
  operation: 'getDay7Report',
  summary: 'Show what policies in observe mode would have stopped',
  hiddenAliases: ['governance:day7-report'],
  flags: {
    days: Flags.integer({ description: 'days to look back', min: 1 }),
  },
  query: ({ flags }) => ({
    ...(flags.days && { days: flags.days }),
  }),
});
