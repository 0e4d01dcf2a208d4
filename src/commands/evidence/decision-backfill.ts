import { triggerCommand } from '../../cli/declare.js';
import { booleanValue, Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'backfillGovernanceDecisionFields',
  summary: 'Fill decision fields that stored events lack from their decisions; safe to repeat',
  examples: ['<%= config.bin %> evidence decision-backfill --window-hours 48 --dry-run'],
  flags: {
    limit: Flags.integer({ description: 'events examined (500)', min: 1, max: 5000 }),
    'window-hours': Flags.integer({ description: 'hours to look back (720)', min: 1, max: 2880 }),
    'include-blocked-events': booleanValue({ description: 'events of refused calls too (true)' }),
  },
  body: ({ flags }) => asked(flags),
  preview: ({ flags }) => ({ ...asked(flags), dry_run: true }),
});

interface Asked {
  readonly limit?: number | undefined;
  readonly 'window-hours'?: number | undefined;
  readonly 'include-blocked-events'?: boolean | undefined;
}

function asked(flags: Asked) {
  return {
    ...(flags.limit && { limit: flags.limit }),
    ...(flags['window-hours'] && { window_hours: flags['window-hours'] }),
    ...(flags['include-blocked-events'] !== undefined && {
      include_blocked_events: flags['include-blocked-events'],
    }),
  };
}
