import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default listCommand({
  operation: 'listDeliveries',
  summary: 'List outbound deliveries, newest first',
  examples: [
    '<%= config.bin %> webhooks deliveries --status dead',
    '<%= config.bin %> webhooks deliveries --destination siem --limit 20 --json',
  ],
  flags: {
    status: Flags.option({
      options: ['pending', 'delivered', 'dead', 'cancelled'] as const,
      description: 'only these',
    })(),
    destination: Flags.option({
      options: ['webhook', 'siem', 'pam'] as const,
      description: 'only to this destination',
    })(),
    'event-type': Flags.string({ description: 'only of this type', helpValue: '<type>' }),
    before: Flags.string({ description: 'only older than this delivery', helpValue: '<id>' }),
    limit: Flags.integer({ description: 'at most this many', min: 1, max: 500 }),
  },
  query: ({ flags }) => ({
    ...(flags.status && { status: flags.status }),
    ...(flags.destination && { destination: flags.destination }),
    ...(flags['event-type'] && { event_type: flags['event-type'] }),
    ...(flags.before && { before: flags.before }),
    ...(flags.limit && { limit: flags.limit }),
  }),
  columns: [
    { key: 'delivery_id', header: 'DELIVERY', kind: 'id' },
    { key: 'destination', header: 'TO', spare: true },
    { key: 'event_type', header: 'EVENT' },
    { key: 'status', header: 'STATUS', kind: 'state' },
    { key: 'attempts', header: 'ATTEMPTS', kind: 'number', spare: true },
    { key: 'http_status', header: 'ANSWER', kind: 'number' },
    { key: 'occurred_at', header: 'OCCURRED', kind: 'time', spare: true },
    { key: 'next_attempt_at', header: 'NEXT', kind: 'time' },
    { key: 'last_error', header: 'ERROR' },
  ],
  rows: (output) => output.data,
  empty: 'No deliveries. A destination is switched on in the settings: webhook, siem.webhook or pam.',
});
