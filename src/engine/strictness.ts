import type { DecisionWord } from './types.js';

/** Strictest first; the order in which verdicts and reply words combine. */
export const STRICTEST_FIRST: readonly DecisionWord[] = ['BLOCK', 'DEFER', 'STEP_UP', 'MODIFY', 'ALLOW'];

function strictness(word: DecisionWord): number {
  return STRICTEST_FIRST.length - STRICTEST_FIRST.indexOf(word);
}

export function isStricter(left: DecisionWord, right: DecisionWord): boolean {
  return strictness(left) > strictness(right);
}
