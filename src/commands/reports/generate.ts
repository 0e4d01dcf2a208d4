import { triggerCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'generateAirsReport',
  summary: 'Take a report snapshot that stays as it is',
  flags: {
    cadence: Flags.option({
      options: ['7d', '30d', 'custom'] as const,
      description: 'range',
      default: '7d',
    })(),
    from: Flags.string({ description: 'begin of a custom range (ISO 8601)' }),
    to: Flags.string({ description: 'end of the range (ISO 8601); default now' }),
  },
  body: ({ flags }) => ({
    cadence: flags.cadence,
    ...(flags.from && { from: flags.from }),
    ...(flags.to && { to: flags.to }),
  }),
});
