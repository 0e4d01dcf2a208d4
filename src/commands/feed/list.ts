import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';
import { FEED_COLUMNS } from '../../journeys/follow/index.js';

export default listCommand({
  operation: 'listGovernanceFeed',
  summary: 'List decisions, newest first',
  flags: {
    'agent-id': Flags.string({ description: 'only this agent' }),
    'caller-agent-id': Flags.string({ description: 'only calls this agent delegated' }),
    'tool-name': Flags.string({ description: 'only this tool' }),
    decision: Flags.string({ description: 'only this decision, for example BLOCK' }),
    'reason-code': Flags.string({ description: 'only this reason' }),
    search: Flags.string({ description: 'only rows that contain this text' }),
    from: Flags.string({ description: 'not before this time (ISO 8601)' }),
    to: Flags.string({ description: 'not after this time (ISO 8601)' }),
    'sort-by': Flags.option({
      options: [
        'occurred_at',
        'agent_id',
        'user_id',
        'session_id',
        'tool_name',
        'decision',
        'decision_reason_code',
      ] as const,
      description: 'order of the rows',
    })(),
    'sort-dir': Flags.option({ options: ['asc', 'desc'] as const, description: 'direction of the order' })(),
    page: Flags.integer({ description: 'page, from 1', min: 1 }),
    'per-page': Flags.integer({ description: 'rows of a page', min: 1 }),
  },
  query: ({ flags }) => ({
    ...(flags['agent-id'] && { agent_id: flags['agent-id'] }),
    ...(flags['caller-agent-id'] && { caller_agent_id: flags['caller-agent-id'] }),
    ...(flags['tool-name'] && { tool_name: flags['tool-name'] }),
    ...(flags.decision && { decision: flags.decision.toUpperCase() }),
    ...(flags['reason-code'] && { reason_code: flags['reason-code'] }),
    ...(flags.search && { search: flags.search }),
    ...(flags.from && { from: flags.from }),
    ...(flags.to && { to: flags.to }),
    ...(flags['sort-by'] && { sort_by: flags['sort-by'] }),
    ...(flags['sort-dir'] && { sort_dir: flags['sort-dir'] }),
    ...(flags.page && { page: flags.page }),
    ...(flags['per-page'] && { per_page: flags['per-page'] }),
  }),
  columns: FEED_COLUMNS,
  rows: (output) => output.data,
  empty: 'No decisions yet.',
});
