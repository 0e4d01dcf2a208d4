import type { DecisionType } from '../vocabulary.js';

/** The thirteen words of the wire contract. Anything else is not a decision. */
const WORDS: ReadonlyMap<string, DecisionType> = new Map([
  ['ALLOW', 'ALLOW'],
  ['BLOCK', 'BLOCK'],
  ['DENY', 'BLOCK'],
  ['STEP_UP', 'STEP_UP'],
  ['CHALLENGE', 'STEP_UP'],
  ['ESCALATE', 'STEP_UP'],
  ['REVIEW', 'STEP_UP'],
  ['MODIFY', 'MODIFY'],
  ['MODIFIED', 'MODIFY'],
  ['TRANSFORM', 'MODIFY'],
  ['DEFER', 'DEFER'],
  ['DEFERRED', 'DEFER'],
  ['HOLD', 'DEFER'],
]);

const STRICTEST_FIRST: readonly DecisionType[] = ['BLOCK', 'DEFER', 'STEP_UP', 'MODIFY', 'ALLOW'];

/** What one member says: a decision, `unknown` (present but no known word), or undefined (absent or empty). */
export type Said = DecisionType | 'unknown' | undefined;

export function readWord(value: unknown): Said {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return 'unknown';
  const word = value.trim().toUpperCase();
  if (word === '') return undefined;
  return WORDS.get(word) ?? 'unknown';
}

export function stricter(a: DecisionType, b: DecisionType): DecisionType {
  return STRICTEST_FIRST.indexOf(a) <= STRICTEST_FIRST.indexOf(b) ? a : b;
}
