import { showCommand } from '../../cli/declare.js';
import { arg } from '../../cli/flags.js';
import { MDM_PROVIDERS } from '../../journeys/mdm/index.js';

export default showCommand({
  operation: 'getMdmProvider',
  summary: 'Show an MDM provider and its latest sync; secrets are never shown',
  args: { provider: arg({ description: 'kind of provider', required: true, options: MDM_PROVIDERS }) },
  path: ({ args }) => ({ provider: args.provider }),
});
