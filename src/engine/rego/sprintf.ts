import { placeOf } from '../place.js';
import type { PolicyDiagnostic } from '../types.js';
import { withoutComments } from './source-text.js';

const CALL = /\bsprintf\(\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`)/gu;
/** Go's notation, of which the evaluator knows only a part. */
const GO_VERB = /%(?:%|[-+# 0]*(?:\d+|\*)?(?:\.(?:\d+|\*)?)?(?:\[\d+\])?([A-Za-z]))/gu;
const EVALUATOR_VERB = /^%(?:%|(?:[1-9]\d*\$)?\+?(?:0|'[^$])?-?\d*(?:\.\d+)?[b-gijostTuvxX])$/u;

/** Formats that OPA accepts and the evaluator fails on: the rule then fails, and its bundle blocks the call. */
export function sprintfFindings(source: string): PolicyDiagnostic[] {
  const found: PolicyDiagnostic[] = [];
  for (const call of withoutComments(source).matchAll(CALL)) {
    const literal = call[1] ?? '';
    const from = call.index + call[0].length - literal.length;
    for (const verb of literal.matchAll(GO_VERB)) {
      const text = verb[0];
      if (EVALUATOR_VERB.test(text)) continue;
      const start = from + verb.index;
      const instead = replacement(text, literal.startsWith('"'));
      found.push({
        severity: 'warning',
        code: 'rego_sprintf_format',
        message: `the evaluator does not know ${text} in a format; a call that reaches it is blocked as policy_evaluation_failed`,
        ...placeOf(source, start),
        fix: instead === undefined ? 'use %s, %d, %v or %f' : `write ${instead}`,
        ...(instead === undefined ? {} : { edit: { start, end: start + text.length, text: instead } }),
      });
    }
  }
  return found;
}

/** What prints the same, where there is such a thing. */
function replacement(verb: string, quoted: boolean): string | undefined {
  if (verb === '%q') return quoted ? '\\"%s\\"' : '"%s"';
  return verb === '%+v' || verb === '%#v' ? '%v' : undefined;
}
