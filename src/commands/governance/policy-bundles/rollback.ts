import { triggerCommand } from '../../../cli/declare.js';
import { Flags } from '../../../cli/flags.js';

export default triggerCommand({
  operation: 'rollbackPolicyBundle',
  summary: 'Return to an earlier version: its content becomes the newest version',
  hiddenAliases: ['policy:rollback'],
  flags: {
    'bundle-id': Flags.string({
      description: 'id of the version to restore',
      required: true,
      helpValue: '<id>',
    }),
  },
  path: ({ flags }) => ({ bundleId: flags['bundle-id'] }),
  body: () => ({}),
  caution: ({ name, version, enforcement_mode }) =>
    enforcement_mode === 'observe'
      ? `version ${version} of ${name} only observes, as the one it was made from: it refuses nothing.`
      : undefined,
});
