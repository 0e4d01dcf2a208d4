import { showCommand } from '../../../cli/declare.js';
import { arg } from '../../../cli/flags.js';

export default showCommand({
  operation: 'getPolicyChangeArtifact',
  summary: 'Show the policy change of an approved exception, in every language',
  args: { request: arg({ description: 'request id of the exception', required: true }) },
  path: ({ args }) => ({ requestId: args.request }),
});
