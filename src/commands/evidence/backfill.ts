import { triggerCommand } from '../../cli/declare.js';
import { booleanValue, Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'backfillGovernanceEvidence',
  summary: 'Make evidence of stored events that have none; safe to repeat',
  examples: ['<%= config.bin %> evidence backfill --limit 500 --dry-run'],
  flags: {
    limit: Flags.integer({ description: 'events examined (200)', min: 1, max: 1000 }),
    'include-blocked-events': booleanValue({ description: 'events of refused calls too (true)' }),
    'integration-id': Flags.string({ description: 'mark on the records made' }),
  },
  body: ({ flags }) => asked(flags),
  preview: ({ flags }) => ({ ...asked(flags), dry_run: true }),
});

interface Asked {
  readonly limit?: number | undefined;
  readonly 'include-blocked-events'?: boolean | undefined;
  readonly 'integration-id'?: string | undefined;
}

function asked(flags: Asked) {
  return {
    ...(flags.limit && { limit: flags.limit }),
    ...(flags['include-blocked-events'] !== undefined && {
      include_blocked_events: flags['include-blocked-events'],
    }),
    ...(flags['integration-id'] && { integration_id: flags['integration-id'] }),
  };
}
