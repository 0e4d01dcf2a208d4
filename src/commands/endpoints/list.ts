import { listCommand } from '../../cli/declare.js';
import { booleanValue, Flags } from '../../cli/flags.js';

export default listCommand({
  operation: 'listEndpoints',
  summary: 'List endpoints, by id',
  examples: [
    '<%= config.bin %> endpoints list --env prod',
    '<%= config.bin %> endpoints list --quarantined true',
    '<%= config.bin %> endpoints list --limit 100 --after laptop-0100',
  ],
  flags: {
    env: Flags.string({ description: 'only of this environment', aliases: ['environment'] }),
    'fleet-id': Flags.string({ description: 'only of this fleet' }),
    quarantined: booleanValue({ description: 'only those that are, or are not, quarantined' }),
    limit: Flags.integer({ description: 'at most this many; all by default', min: 1, max: 1000 }),
    after: Flags.string({ description: 'those that follow this id, the last one shown before' }),
  },
  query: ({ flags }) => ({
    env: flags.env,
    fleet_id: flags['fleet-id'],
    quarantined: flags.quarantined,
    limit: flags.limit,
    after: flags.after,
  }),
  columns: [
    { key: 'endpoint_id', header: 'ENDPOINT', kind: 'id' },
    { key: 'hostname', header: 'HOST' },
    { key: 'status', header: 'STATUS', kind: 'state' },
    { key: 'environment', header: 'ENV' },
    { key: 'fleet_id', header: 'FLEET', kind: 'id', spare: true },
    { key: 'enrollment', header: 'ENROLLMENT', spare: true },
    { key: 'proxy_version', header: 'PROXY', spare: true },
    { key: 'risk_score', header: 'RISK', kind: 'number', spare: true },
    { key: 'violations_today', header: 'VIOLATIONS', kind: 'number', spare: true },
    { key: 'last_seen', header: 'SEEN', kind: 'time' },
  ],
  rows: (output) => output.data,
  empty: 'No endpoints. Register one with `thothctl endpoints register`.',
});
