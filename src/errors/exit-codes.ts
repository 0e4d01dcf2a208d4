/**
 * The one registry of exit codes. Help, manual, `capabilities --json` and the tests read it from here.
 * `run` is special: before the child starts 125, 126 and 127 are used; afterwards the child's own code.
 */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'done; also "nothing to do"' },
  unexpected: { code: 1, meaning: 'unexpected failure: a fault of thothctl or of the server' },
  usage: { code: 2, meaning: 'wrong usage: flag, argument, or a file that does not parse or validate' },
  differences: { code: 3, meaning: 'differences found (diff, plan, with --exit-code)' },
  unauthenticated: { code: 4, meaning: 'not signed in, or the credential is expired or rejected (401)' },
  forbidden: { code: 5, meaning: 'signed in but not allowed (403)' },
  notFound: { code: 6, meaning: 'not found (404)' },
  conflict: { code: 7, meaning: 'conflict: drift, revision mismatch, already resolved (409)' },
  pending: { code: 8, meaning: 'still pending when the wait ended' },
  unavailable: { code: 9, meaning: 'service unavailable: network, timeout, 429 or 5xx after retries' },
  checkFailed: { code: 10, meaning: 'the check failed: chain broken, key not authorised, test failed' },
  checkIncomplete: { code: 11, meaning: 'the check could not be completed (not the same as failed)' },
  partial: { code: 12, meaning: 'partial: some items of a bulk operation failed; they are listed' },
  runFailed: { code: 125, meaning: 'run: our own failure before the child started' },
  notExecutable: { code: 126, meaning: 'run: the command is not executable' },
  commandNotFound: { code: 127, meaning: 'run: the command was not found' },
  interrupted: { code: 130, meaning: 'interrupted (SIGINT)' },
  terminated: { code: 143, meaning: 'terminated (SIGTERM)' },
} as const;

export type ExitName = keyof typeof EXIT_CODES;
