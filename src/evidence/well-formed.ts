import type { JsonObject } from './narrow.js';

/**
 * A copy of a JSON value that RFC 8785 can express: lone surrogates, which JSON allows and Unicode does not, become
 * U+FFFD. For text from outside that is to be recorded as evidence whatever it holds.
 */
export function toWellFormed(value: JsonObject): JsonObject;
export function toWellFormed(value: unknown): unknown;
export function toWellFormed(value: unknown): unknown {
  if (typeof value === 'string') return repaired(value);
  if (Array.isArray(value)) return value.map((item) => toWellFormed(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [repaired(name), toWellFormed(member)]),
  );
}

function repaired(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
