import { ThothctlError } from '../../errors/index.js';
import type { SqlValue } from './sqlite-driver.js';

/** A statement parameter as SQLite takes it: booleans become 0 or 1, everything unstorable is an error. */
export function toSqlValue(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined) return null;
  if (typeof value === 'bigint') return value;
  throw new ThothctlError({
    code: 'invalid_statement',
    message: `a statement parameter of type ${typeof value} cannot be stored`,
    exit: 'unexpected',
  });
}
