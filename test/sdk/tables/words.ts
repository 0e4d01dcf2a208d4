/**
 * Expected outcomes of decision words, written by hand from the word table of the contract and from SDK behaviour
 * 4.1 and 4.2. Nothing here is computed by the code under test.
 *
 * run: original arguments · changed: the policy's arguments · approval: held · deferred, blocked: refused ·
 * unknown: refused with `unknown_decision`
 */
export type WordOutcome = 'run' | 'changed' | 'approval' | 'deferred' | 'blocked' | 'unknown';

export const WORDS: Readonly<Record<string, WordOutcome>> = {
  ALLOW: 'run',
  BLOCK: 'blocked',
  DENY: 'blocked',
  STEP_UP: 'approval',
  CHALLENGE: 'approval',
  ESCALATE: 'approval',
  REVIEW: 'approval',
  MODIFY: 'changed',
  MODIFIED: 'changed',
  TRANSFORM: 'changed',
  DEFER: 'deferred',
  DEFERRED: 'deferred',
  HOLD: 'deferred',
};

/** Values of a decision member that are no word of the contract. */
export const NO_WORDS: readonly unknown[] = [
  'PERMIT',
  'ALLOWED',
  'OK',
  'YES',
  'ALLOW!',
  'AL LOW',
  'STEP UP',
  'STEP-UP',
  'BLOCKED',
  'DENIED',
  'ALLOW,BLOCK',
  'ＡＬＬＯＷ',
  true,
  1,
  0,
  ['ALLOW'],
  { decision: 'ALLOW' },
];

/** One word as services write it. */
export const SPELLINGS: readonly ((word: string) => string)[] = [
  (word) => word,
  (word) => word.toLowerCase(),
  (word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`,
  (word) => `  ${word} `,
  (word) => `\t${word.toLowerCase()}\r\n`,
];

/** Members that carry the word, alone or together. */
export const MEMBERS: readonly (readonly string[])[] = [
  ['decision'],
  ['authorization_decision'],
  ['authorizationDecision'],
  ['decision', 'authorization_decision'],
  ['decision', 'authorizationDecision'],
  ['decision', 'authorization_decision', 'authorizationDecision'],
];

/** What a member says in the table of pairs below, and every value it stands for. */
export const SAID: Readonly<Record<string, readonly unknown[]>> = {
  absent: [undefined, null],
  empty: ['', '  '],
  ALLOW: ['ALLOW'],
  MODIFY: ['MODIFY', 'MODIFIED', 'TRANSFORM'],
  STEP_UP: ['STEP_UP', 'CHALLENGE', 'ESCALATE', 'REVIEW'],
  DEFER: ['DEFER', 'DEFERRED', 'HOLD'],
  BLOCK: ['BLOCK', 'DENY'],
  other: ['PERMIT', 7],
};

/** Rows: `decision`; columns: `authorization_decision`. The stricter wins; what we do not know is strictest. */
export const PAIRS = `
          absent   empty    ALLOW    MODIFY   STEP_UP  DEFER    BLOCK    other
absent    unknown  unknown  run      changed  approval deferred blocked  unknown
empty     unknown  unknown  run      changed  approval deferred blocked  unknown
ALLOW     run      run      run      changed  approval deferred blocked  unknown
MODIFY    changed  changed  changed  changed  approval deferred blocked  unknown
STEP_UP   approval approval approval approval approval deferred blocked  unknown
DEFER     deferred deferred deferred deferred deferred deferred blocked  unknown
BLOCK     blocked  blocked  blocked  blocked  blocked  blocked  blocked  blocked
other     unknown  unknown  unknown  unknown  unknown  unknown  blocked  unknown
`;

/** In observe mode everything runs with its own arguments, whatever is said. */
export const OBSERVED: WordOutcome = 'run';
