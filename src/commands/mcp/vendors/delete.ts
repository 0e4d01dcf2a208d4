import { triggerCommand } from '../../../cli/declare.js';
import { arg } from '../../../cli/flags.js';

export default triggerCommand({
  operation: 'deleteMcpVendor',
  summary: 'Delete an MCP vendor; its hosts are no longer approved',
  args: { vendor: arg({ description: 'vendor id', required: true }) },
  path: ({ args }) => ({ vendorId: args.vendor }),
  confirm: ({ args }) => `Delete the MCP vendor ${args.vendor}? Its hosts will no longer be approved.`,
});
