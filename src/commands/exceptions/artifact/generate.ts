import { triggerCommand } from '../../../cli/declare.js';
import { arg, Flags } from '../../../cli/flags.js';
import { policyChange } from '../../../journeys/exceptions/index.js';

export default triggerCommand({
  operation: 'generatePolicyChangeArtifact',
  summary: 'Generate the policy change of an approved exception again, perhaps narrower',
  args: { request: arg({ description: 'request id of the exception', required: true }) },
  flags: {
    owner: Flags.string({ description: 'owner of the artifact' }),
    'target-environment': Flags.string({ description: 'environment the change is for' }),
    'policy-change-json': Flags.string({
      description: 'further conditions: effect, purpose, max_sensitivity',
      helpValue: '<json>',
    }),
  },
  path: ({ args }) => ({ requestId: args.request }),
  body: ({ flags }) => ({
    ...(flags.owner && { owner: flags.owner }),
    ...(flags['target-environment'] && { target_environment: flags['target-environment'] }),
    ...(flags['policy-change-json'] && { policy_change: policyChange(flags['policy-change-json']) }),
  }),
});
