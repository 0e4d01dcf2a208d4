import { triggerCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'issueLoginCode',
  summary: 'Issue a one-time sign-in code for `auth login`',
  description:
    'Needs an admin of the tenant. The code works once and for a short time, and appears only here.',
  examples: ['<%= config.bin %> server token --admin-email ops@example.com'],
  flags: {
    'admin-email': Flags.string({ description: 'whose sign-in it is; changes are recorded under this name' }),
    'ttl-seconds': Flags.integer({ description: 'how long the code works', min: 30, max: 86_400 }),
  },
  body: ({ flags }) => ({
    ...(flags['admin-email'] !== undefined && { admin_email: flags['admin-email'] }),
    ...(flags['ttl-seconds'] !== undefined && { ttl_seconds: flags['ttl-seconds'] }),
  }),
  view: (output) => ({
    kind: 'record',
    fields: [
      { label: 'Code', value: output.code, kind: 'id' },
      { label: 'Expires', value: output.expires_at, kind: 'time' },
      { label: 'Use it with', value: 'thothctl auth login' },
    ],
  }),
});
