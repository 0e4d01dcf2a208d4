import { showCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default showCommand({
  operation: 'getSessionEvidenceBundle',
  summary: 'Show the evidence of one session; with --output it is written to a file that verifies offline',
  examples: ['<%= config.bin %> evidence bundle --session-id sess_1 --output bundle.json'],
  flags: {
    'session-id': Flags.string({
      description: 'session, for example latest_session_id of `evidence chain --json`',
      required: true,
      helpValue: '<id>',
    }),
  },
  path: ({ flags }) => ({ sessionId: flags['session-id'] }),
  view: (output) => ({
    kind: 'record',
    fields: [
      { label: 'Session', value: output.session_id, kind: 'id' },
      { label: 'Bundle hash', value: output.bundle_hash, kind: 'id' },
      { label: 'Exported', value: output.exported_at, kind: 'time' },
      { label: 'Summary', value: JSON.stringify(output.summary) },
      { label: 'Records', value: output.evidence?.length ?? 0, kind: 'number' },
    ],
  }),
});
