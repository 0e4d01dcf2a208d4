import { Flags } from '../../cli/flags.js';
import type { Column } from '../../output/port.js';

/** The per-tool aggregate is reached under two names: `approvals tools` of existing scripts, and `feed tools`. */
export const TOOL_COLUMNS: readonly Column[] = [
  { key: 'tool_name', header: 'TOOL' },
  { key: 'calls', header: 'CALLS', kind: 'number' },
  { key: 'allowed', header: 'ALLOWED', kind: 'number' },
  { key: 'stepped_up', header: 'STEPPED UP', kind: 'number' },
  { key: 'blocked', header: 'BLOCKED', kind: 'number' },
  { key: 'risk_tier', header: 'RISK' },
  { key: 'last_seen_at', header: 'LAST SEEN', kind: 'time' },
];

export const toolFlags = {
  'window-hours': Flags.integer({ description: 'hours to look back', min: 1 }),
  limit: Flags.integer({ description: 'at most this many tools', min: 1 }),
};

export function toolQuery(flags: {
  readonly 'window-hours'?: number | undefined;
  readonly limit?: number | undefined;
}): { window_hours?: number; limit?: number } {
  return {
    ...(flags['window-hours'] && { window_hours: flags['window-hours'] }),
    ...(flags.limit && { limit: flags.limit }),
  };
}
