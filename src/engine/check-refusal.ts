import { heaviestAt } from './heaviest-part.js';
import { placeOf } from './place.js';
import type { PolicyDiagnostic } from './types.js';

/** Why there is no answer: the limit of time or memory, an engine that gave up, or the end of the process. */
export type NoAnswer = 'time' | 'memory' | 'crash' | 'closed';

/** Why a check has no result, placed where the policy is likely to cost most. */
export function policyCheckRefusal(source: string, why: NoAnswer, limitMs: number): PolicyDiagnostic {
  return {
    severity: 'error',
    code: 'policy_check_budget',
    ...WORDS[why](limitMs),
    ...placeOf(source, heaviestAt(source)),
  };
}

const WORDS: Readonly<Record<NoAnswer, (limitMs: number) => Pick<PolicyDiagnostic, 'message' | 'fix'>>> = {
  time: (limitMs) => ({
    message: `checking the policy takes longer than ${limitMs / 1000} s, the limit for one policy`,
    fix: 'split it: comprehensions in one another and rules of thousands of lines cost most; long lists belong in a set',
  }),
  memory: () => ({
    message: 'checking the policy takes more memory than one policy may have',
    fix: 'split the policy into smaller ones',
  }),
  crash: () => ({
    message: 'the policy engine cannot read it: it is too large or nested too deeply',
    fix: 'split it; instead of hundreds of conditions joined by || ask whether a set holds the value',
  }),
  closed: () => ({
    message: 'the policy was not checked: the server is stopping',
    fix: 'try again',
  }),
};
