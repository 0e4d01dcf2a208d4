import { errorCode, EXIT_CODES, type ExitName, ThothctlError } from '../errors/index.js';
import { PipeClosed, type ErrorDocument } from '../output/index.js';
import { redact, redactDeep } from './redact.js';

/** The outcome of a failed command: what to show, and the exit code. `show` is false when silence is right. */
export interface Failure {
  readonly document: ErrorDocument;
  readonly exitCode: number;
  readonly show: boolean;
}

/**
 * Recognised by shape as well as by class: code split into separate chunks carries its own copy of the class.
 */
function isThothctlError(error: unknown): error is ThothctlError {
  if (error instanceof ThothctlError) return true;
  return (
    error instanceof Error &&
    error.name === 'ThothctlError' &&
    'code' in error &&
    typeof error.code === 'string' &&
    'exit' in error &&
    typeof error.exit === 'string' &&
    Object.hasOwn(EXIT_CODES, error.exit)
  );
}

function unexpected(error: unknown): ThothctlError {
  const reason = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  const known: Readonly<Record<string, string>> = {
    ENOSPC: 'Free some disk space and run the command again.',
    EROFS: 'The file system is read-only; choose another folder.',
    EACCES: 'Check the permissions of the path.',
    EMFILE: 'Too many files are open; raise the limit with ulimit -n.',
  };
  return new ThothctlError({
    code: 'unexpected',
    message: `Unexpected failure: ${reason || 'no reason given'}`,
    exit: 'unexpected',
    fix:
      (code === undefined ? undefined : known[code]) ??
      'This is a fault of thothctl. Run again with --debug and report what it shows.',
    cause: error,
  });
}

/** A prompt that was left with Ctrl-C, or work that was aborted. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && ['AbortError', 'AbortPromptError', 'ExitPromptError'].includes(error.name);
}

function interrupted(exit: ExitName): ThothctlError {
  return new ThothctlError({ code: 'interrupted', message: 'Interrupted.', exit });
}

/**
 * The one road from any error to output and exit code. Only a whitelist of members leaves: an error object of a
 * library may hold the whole configuration, argv, or values read from the environment.
 */
export function failureOf(error: unknown, signalled: 'SIGINT' | 'SIGTERM' | undefined): Failure {
  if (error instanceof PipeClosed) return { ...describe(interrupted('ok')), show: false };
  if (signalled !== undefined)
    return describe(interrupted(signalled === 'SIGINT' ? 'interrupted' : 'terminated'));
  if (isThothctlError(error)) return describe(error);
  if (isAbort(error)) return describe(interrupted('interrupted'));
  return describe(unexpected(error));
}

function describe(error: ThothctlError): Failure {
  const exitCode = EXIT_CODES[error.exit].code;
  const details = error.details === undefined ? undefined : redactDeep(error.details);
  return {
    exitCode,
    show: true,
    document: {
      error: {
        code: error.code,
        message: redact(error.message),
        exit_code: exitCode,
        ...(error.fix !== undefined && { fix: redact(error.fix) }),
        ...(error.requestId !== undefined && { request_id: redact(error.requestId) }),
        ...(typeof details === 'object' && details !== null && { details: { ...details } }),
      },
    },
  };
}

/** The failure as a person reads it on stderr: what happened and why, what to do next, the request id. */
export function failureText({ error }: ErrorDocument): string {
  const lines = [`Error: ${error.message}`];
  const excerpt = error.details?.['excerpt'];
  if (typeof excerpt === 'string') lines.push(excerpt);
  if (error.fix !== undefined) lines.push(`  Next: ${error.fix}`);
  if (error.request_id !== undefined) lines.push(`  Request id: ${error.request_id}`);
  return `${lines.join('\n')}\n`;
}

/** Stack of an unexpected error and of its causes, for `--debug`. */
export function failureTrace(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${failureTrace(error.cause)}` : '';
  return redact(`${error.stack ?? error.message}${cause}`);
}
