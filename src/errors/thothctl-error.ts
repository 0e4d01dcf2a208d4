import { EXIT_CODES, type ExitName } from './exit-codes.js';

export interface ErrorParts {
  /** Stable machine code, snake_case, for example `not_signed_in`. */
  readonly code: string;
  /** What happened and why, one sentence, no secret in it. */
  readonly message: string;
  /** Name in the exit-code registry; decides the exit code. */
  readonly exit: ExitName;
  /** What the user should do next: a command or an action. */
  readonly fix?: string;
  /** Correlation id of the reply that failed. */
  readonly requestId?: string;
  /** Structured context shown under `error.details`; must not hold secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error type of the command line and its services. One place (`cli`) turns it into output and exit code. */
export class ThothctlError extends Error {
  override readonly name = 'ThothctlError';
  readonly code: string;
  readonly exit: ExitName;
  readonly fix: string | undefined;
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.exit = parts.exit;
    this.fix = parts.fix;
    this.requestId = parts.requestId;
    this.details = parts.details;
  }

  get exitCode(): number {
    return EXIT_CODES[this.exit].code;
  }
}

/** Wrong input of the user: exit 2. */
export function usageError(message: string, fix?: string, details?: ErrorParts['details']): ThothctlError {
  return new ThothctlError({ code: 'usage', message, exit: 'usage', fix, details });
}
