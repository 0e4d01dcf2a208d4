import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';

export default showCommand({
  operation: 'getApiKey',
  summary: 'Show one API key; its secret is never shown again',
  args: { key: arg({ description: 'key id', required: true }) },
  path: ({ args }) => ({ keyId: args.key }),
});
