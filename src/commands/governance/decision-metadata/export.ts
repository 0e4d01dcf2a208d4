import { showCommand } from '../../../cli/declare.js';
import { Flags } from '../../../cli/flags.js';

const DAY_MS = 86_400_000;

export default showCommand({
  operation: 'exportDecisionMetadata',
  summary: 'Export decisions without content, arguments or names; without --from the last 24 hours',
  examples: ['<%= config.bin %> governance decision-metadata export --limit 5000 --output batch.json'],
  flags: {
    from: Flags.string({ description: 'not before this time (ISO 8601)' }),
    to: Flags.string({ description: 'not after this time (ISO 8601); default now' }),
    limit: Flags.integer({ description: 'records of the batch (500)', min: 1, max: 5000 }),
  },
  query: ({ flags }) => {
    const to = flags.to ?? new Date().toISOString();
    return {
      from: flags.from ?? new Date(Date.parse(to) - DAY_MS).toISOString(),
      to,
      ...(flags.limit && { limit: flags.limit }),
    };
  },
  view: (output) => ({
    kind: 'table',
    columns: [
      { key: 'occurred_at', header: 'TIME', kind: 'time' },
      { key: 'tool_name', header: 'TOOL' },
      { key: 'decision', header: 'DECISION', kind: 'state' },
      { key: 'decision_reason_code', header: 'REASON' },
      { key: 'risk_tier', header: 'RISK' },
      { key: 'evidence_id', header: 'EVIDENCE', kind: 'id' },
    ],
    rows: output.records ?? [],
    empty: 'No decisions in this time.',
  }),
});
