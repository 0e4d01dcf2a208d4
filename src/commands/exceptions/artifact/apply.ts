import { triggerCommand } from '../../../cli/declare.js';
import { arg, Flags, repeatable } from '../../../cli/flags.js';

const CHANNELS = ['govapi', 'terraform', 'pulumi', 'thothctl'] as const;
const FORMATS = ['cedar', 'rego', 'yaml'] as const;
const MODES = ['enforce', 'observe'] as const;
const STATES = ['active', 'staged', 'paused', 'disabled'] as const;

export default triggerCommand({
  operation: 'applyPolicyChangeArtifact',
  summary: 'Make the policy change of an approved exception last',
  description:
    'Through govapi it becomes a policy bundle, and once that governs the agent the temporary override ends. Other channels only record the hand-off.',
  args: { request: arg({ description: 'request id of the exception', required: true }) },
  flags: {
    'applied-by': Flags.string({ description: 'who applies it', required: true }),
    channel: Flags.option({ options: CHANNELS, description: 'what carries the change out' })(),
    'policy-format': Flags.option({ options: FORMATS, description: 'language of the bundle' })(),
    'bundle-name': Flags.string({ description: 'name of the bundle' }),
    'bundle-description': Flags.string({ description: 'free text' }),
    assignment: repeatable({ description: '`all`, `agent:<id>` or `<id>`; repeatable, all by default' }),
    'enforcement-mode': Flags.option({ options: MODES, description: 'binding or watched' })(),
    status: Flags.option({ options: STATES, description: 'whether the bundle is loaded' })(),
  },
  path: ({ args }) => ({ requestId: args.request }),
  body: ({ flags }) => ({
    applied_by: flags['applied-by'],
    ...(flags.channel && { apply_channel: flags.channel }),
    ...(flags['policy-format'] && { policy_format: flags['policy-format'] }),
    ...(flags['bundle-name'] && { bundle_name: flags['bundle-name'] }),
    ...(flags['bundle-description'] && { bundle_description: flags['bundle-description'] }),
    ...(flags.assignment && { assignments: flags.assignment }),
    ...(flags['enforcement-mode'] && { enforcement_mode: flags['enforcement-mode'] }),
    ...(flags.status && { status: flags.status }),
  }),
  confirm: ({ args, flags }) =>
    `Apply the policy change of exception ${args.request} through ${flags.channel ?? 'govapi'}?`,
});
