import { Flags } from '../../cli/flags.js';
import { SCOPE_LEVELS } from './scope.js';

/** The selectors of upstream scripts; exactly one names the scope. */
export const scopeFlags = {
  organization: Flags.boolean({ description: 'the whole organization', helpGroup: 'SCOPE' }),
  'fleet-id': Flags.string({ description: 'one fleet', helpGroup: 'SCOPE', helpValue: '<id>' }),
  'endpoint-id': Flags.string({ description: 'one endpoint', helpGroup: 'SCOPE', helpValue: '<id>' }),
  'agent-id': Flags.string({ description: 'one agent', helpGroup: 'SCOPE', helpValue: '<id>' }),
  scope: Flags.option({
    options: SCOPE_LEVELS,
    description: 'level by name; `--scope organization` is the same as --organization',
    helpGroup: 'SCOPE',
  })(),
};
