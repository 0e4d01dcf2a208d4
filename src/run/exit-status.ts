import { constants } from 'node:os';

/** How a run ended: `code` is what the process should exit with. */
export interface ExitStatus {
  readonly code: number;
  /** Signal that ended the child. */
  readonly signal?: NodeJS.Signals;
}

/** The child's own code, or 128 plus the number of the signal that ended it, as shells report it. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): ExitStatus {
  if (signal !== null) return { code: 128 + constants.signals[signal], signal };
  return { code: code ?? 1 };
}

/** How a process ended, in words: `exited with code 1`. */
export function endingOf({ code, signal }: ExitStatus): string {
  return signal === undefined ? `exited with code ${code}` : `was ended by ${signal}`;
}
