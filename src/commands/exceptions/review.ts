import { triggerCommand } from '../../cli/declare.js';
import { arg, Flags } from '../../cli/flags.js';
import { reviewBody } from '../../journeys/exceptions/index.js';

const DECISIONS = ['approve', 'deny', 'request_changes', 'approve_with_modification'] as const;

export default triggerCommand({
  operation: 'reviewPolicyException',
  summary: 'Give a verdict on a policy exception',
  description:
    'With --override-until an approval lets the agent use the tool until then; without it, apply the artifact to make the change last. A final verdict cannot be changed (exit 7).',
  examples: [
    '<%= config.bin %> exceptions review exr_1 --decision approve --reviewed-by bo@example.com --override-until 4h',
  ],
  args: { request: arg({ description: 'request id', required: true }) },
  flags: {
    decision: Flags.option({ options: DECISIONS, description: 'the verdict', required: true })(),
    'reviewed-by': Flags.string({ description: 'who decides', required: true }),
    notes: Flags.string({ description: 'why' }),
    owner: Flags.string({ description: 'owner of the artifact' }),
    'target-environment': Flags.string({ description: 'environment the change is for' }),
    'override-until': Flags.string({
      description: 'end of the temporary override: a time, or 90m, 4h, 7d from now',
      helpValue: '<time>',
    }),
    'policy-change-json': Flags.string({
      description: 'conditions of a modification: effect (allow, step_up), purpose, max_sensitivity',
      helpValue: '<json>',
    }),
  },
  path: ({ args }) => ({ requestId: args.request }),
  body: ({ flags }) =>
    reviewBody(
      {
        decision: flags.decision,
        reviewedBy: flags['reviewed-by'],
        notes: flags.notes,
        owner: flags.owner,
        targetEnvironment: flags['target-environment'],
        overrideUntil: flags['override-until'],
        policyChangeJson: flags['policy-change-json'],
      },
      Date.now(),
    ),
  caution: (output, { flags }) => {
    const inForce = output.runtime_override?.status === 'active';
    return inForce || flags['override-until'] === undefined || !flags.decision.startsWith('approve')
      ? undefined
      : 'the approval stands, but no override is in force: the violation is not on record here, or nothing that refused it can be set aside. The call is refused as before.';
  },
});
