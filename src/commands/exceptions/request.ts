import { triggerCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default triggerCommand({
  operation: 'createPolicyException',
  summary: 'Ask for an exception from what a violation was refused for',
  examples: [
    "<%= config.bin %> exceptions request --violation-id vio_1 --requested-by ann@example.com --justification 'month-end close' --frequency monthly --data-sensitivity internal",
  ],
  flags: {
    'violation-id': Flags.string({
      description: 'the violation, as `violations list` shows it',
      required: true,
    }),
    'requested-by': Flags.string({ description: 'who asks', required: true }),
    justification: Flags.string({ description: 'why the call is needed', required: true }),
    frequency: Flags.string({ description: 'how often it happens', required: true }),
    'data-sensitivity': Flags.string({ description: 'how sensitive the data is', required: true }),
    alternatives: Flags.string({ description: 'what else was considered' }),
    'hold-token': Flags.string({ description: 'the hold of the call, when there is one' }),
    'agent-id': Flags.string({ description: 'agent, where the violation is not recorded here' }),
    'tool-name': Flags.string({ description: 'tool, where the violation is not recorded here' }),
    'request-id': Flags.string({ description: 'id of your own; made up when left out' }),
  },
  body: ({ flags }) => ({
    violation_id: flags['violation-id'],
    requested_by: flags['requested-by'],
    business_justification: flags.justification,
    frequency_estimate: flags.frequency,
    data_sensitivity: flags['data-sensitivity'],
    ...(flags.alternatives && { alternatives_considered: flags.alternatives }),
    ...(flags['hold-token'] && { hold_token: flags['hold-token'] }),
    ...(flags['agent-id'] && { agent_id: flags['agent-id'] }),
    ...(flags['tool-name'] && { tool_name: flags['tool-name'] }),
    ...(flags['request-id'] && { request_id: flags['request-id'] }),
  }),
});
