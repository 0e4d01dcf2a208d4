import { showCommand } from '../../../cli/declare.js';
import { arg } from '../../../cli/flags.js';

export default showCommand({
  operation: 'getMcpVendor',
  summary: 'Show one MCP vendor',
  args: { vendor: arg({ description: 'vendor id', required: true }) },
  path: ({ args }) => ({ vendorId: args.vendor }),
});
