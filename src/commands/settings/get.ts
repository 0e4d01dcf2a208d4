import { showCommand } from '../../cli/declare.js';

export default showCommand({
  operation: 'getTenantSettings',
  hiddenAliases: ['settings'],
  summary: 'Show the settings of the tenant; secrets are never part of them',
});
