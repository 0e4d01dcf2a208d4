import { triggerCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'backupServer',
  summary: 'Write a consistent backup on the server while it runs',
  description:
    'The file appears in the folder `backups` of the data directory and holds the signing keys: keep it as safe as the data directory itself.',
  flags: { name: Flags.string({ description: 'file name without folder; by default made of the time' }) },
  body: ({ flags }) => (flags.name === undefined ? {} : { name: flags.name }),
});
