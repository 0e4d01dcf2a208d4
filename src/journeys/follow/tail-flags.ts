import { Flags } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import { isCursor } from './cursor-file.js';
import type { Row } from '../../output/port.js';

/** Where a tail begins, what it shows and where it keeps its position. */
export const tailFlags = {
  resume: Flags.string({
    description: 'continue where the tail of this name stopped, and keep its position',
    helpValue: '<name>',
    exclusive: ['cursor-file'],
  }),
  'cursor-file': Flags.string({
    description: 'keep the position in this file and continue from it',
    helpValue: '<file>',
  }),
  from: Flags.string({
    description: 'start, latest or a position; wins over a kept position',
    helpValue: '<start|latest|cursor>',
    parse: (input) => Promise.resolve(checkedStart(input)),
  }),
  limit: Flags.integer({ description: 'end after this many rows', min: 1 }),
  'agent-id': Flags.string({ description: 'only rows of this agent' }),
  'tool-name': Flags.string({ description: 'only rows about this tool' }),
  decision: Flags.string({ description: 'only rows with this decision' }),
  'poll-seconds': Flags.integer({
    description: 'pause between two reads of a control plane without live streams',
    default: 2,
    min: 1,
  }),
};

function checkedStart(input: string): string {
  if (input === 'start' || input === 'latest' || isCursor(input)) return input;
  throw usageError(`${JSON.stringify(input)} is no position`, 'give start, latest or a cursor');
}

/** Keeps rows that match every filter given. */
export function wantedRows(flags: {
  readonly 'agent-id'?: string | undefined;
  readonly 'tool-name'?: string | undefined;
  readonly decision?: string | undefined;
}): (row: Row) => boolean {
  const wanted = [
    ['agent_id', flags['agent-id']],
    ['tool_name', flags['tool-name']],
    ['decision', flags.decision?.toUpperCase()],
  ].flatMap(([key, value]) => (key !== undefined && value !== undefined ? [{ key, value }] : []));
  return (row) => wanted.every(({ key, value }) => row[key] === value);
}
