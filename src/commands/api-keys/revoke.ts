import { triggerCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'revokeApiKey',
  summary: 'Revoke an API key; whatever uses it is refused from now on',
  args: { key: arg({ description: 'key id', required: true }) },
  path: ({ args }) => ({ keyId: args.key }),
  confirm: ({ args }) => `Revoke API key ${args.key}? This cannot be undone.`,
});
