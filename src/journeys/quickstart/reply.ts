import { ThothctlError } from '../../errors/index.js';

/** A member of a JSON reply of our own command line, as text; its absence is a fault. */
export function member(reply: unknown, name: string): string {
  const value: unknown = typeof reply === 'object' && reply !== null ? Reflect.get(reply, name) : undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new ThothctlError({
    code: 'quickstart_failed',
    exit: 'unexpected',
    message: `a reply has no ${name}`,
  });
}

/** Rows of a list reply, whatever its envelope is called. */
export function rowsOf(reply: unknown): readonly unknown[] {
  if (typeof reply !== 'object' || reply === null) return [];
  const list = Object.values(reply).find((value) => Array.isArray(value));
  return Array.isArray(list) ? list : [];
}
