import { ThothctlError } from '../errors/index.js';

/**
 * A value the contract refuses is named as it stands on the wire (`as_of`); the user typed a flag (`--as-of`). Values
 * that no flag of the command carries keep their name. An argument goes before a global flag of that name.
 */
export function namedByFlag(
  error: unknown,
  flagNames: readonly string[],
  argNames: readonly string[] = [],
): unknown {
  if (!(error instanceof ThothctlError) || error.code !== 'invalid_request') return error;
  const [, member = '', what = ''] = /^([a-z_]+): (.+)$/su.exec(error.message) ?? [];
  const flag = member.replaceAll('_', '-');
  const arg = argNames.find((name) => name === flag || `${name}-id` === flag);
  if (arg === undefined && !flagNames.includes(flag)) return error;
  return new ThothctlError({
    code: error.code,
    message: `${arg === undefined ? `--${flag}` : arg.toUpperCase()}: ${what}`,
    exit: error.exit,
    fix: 'Nothing was sent. Correct the value; `--help` shows what the command takes.',
    details: error.details,
    cause: error,
  });
}
