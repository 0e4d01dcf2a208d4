import { ThothctlError } from '../../errors/index.js';

/** A position in the input, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with the input, where it is, and what to do about it. */
export interface RowFault extends Place {
  readonly message: string;
  readonly fix: string;
}

/** Every fault at once, so that one run is enough to repair a file. */
export function faultyInput(file: string, faults: readonly RowFault[]): ThothctlError {
  const sorted = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
  const listing = sorted
    .map(({ line, column, message, fix }) => `${file}:${line}:${column}: ${message}; ${fix}`)
    .join('\n');
  return new ThothctlError({
    code: 'input_invalid',
    message: `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in ${file}; nothing was sent\n${listing}`,
    exit: 'usage',
    fix: 'repair the places listed and run the command again; --dry-run checks without sending',
    details: { file, faults: sorted },
  });
}
