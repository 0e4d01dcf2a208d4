import { showCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default showCommand({
  operation: 'getMcpInventoryDigest',
  summary: 'Sum up the MCP inventory, with what to do about it',
  flags: {
    'window-hours': Flags.integer({ description: 'hours to look back, 168 by default', min: 1, max: 4320 }),
  },
  query: ({ flags }) => ({ ...(flags['window-hours'] && { window_hours: flags['window-hours'] }) }),
  view: (digest) => ({
    kind: 'record',
    fields: [
      { label: 'Window', value: `${digest.window_hours} h` },
      { label: 'Endpoints', value: digest.total_endpoints, kind: 'number' },
      { label: 'With unapproved calls', value: digest.unapproved_endpoints, kind: 'number' },
      { label: 'Unapproved calls', value: digest.unapproved_calls, kind: 'number' },
      {
        label: 'Worst',
        value: digest.top_unapproved_endpoints
          .map((row) => `${row.endpoint_id} (${row.unapproved_calls})`)
          .join(', '),
      },
      { label: 'To do', value: digest.recommended_actions.join(' ') },
    ],
  }),
});
