import { SENSITIVITY_LABELS } from '../sensitivity.js';
import type { Framework, PolicyDiagnostic } from '../types.js';

/** A `thoth_rule` comment: decides on its own, next to the policy below it. All given conditions must hold. */
export interface Directive {
  readonly effect: 'BLOCK' | 'STEP_UP' | 'DEFER' | 'FLAG';
  readonly actionPrefix: string | undefined;
  readonly purpose: string | undefined;
  readonly minSensitivity: string | undefined;
  readonly minBehavioralScore: number | undefined;
  readonly reason: string;
  readonly line: number;
}

export interface DirectiveFindings {
  readonly directives: readonly Directive[];
  readonly diagnostics: readonly PolicyDiagnostic[];
}

const EFFECTS: readonly Directive['effect'][] = ['BLOCK', 'STEP_UP', 'DEFER', 'FLAG'];
const KEYS = ['effect', 'action_prefix', 'purpose', 'min_sensitivity', 'min_behavioral_score', 'reason'];

/** Reads the directives of comment lines (`#` in Rego, `//` in Cedar). A malformed one is an error, never ignored. */
export function parseDirectives(framework: Framework, source: string): DirectiveFindings {
  const lead = framework === 'OPA' ? /^\s*#+\s*thoth_rule\b(.*)$/ : /^\s*\/\/+\s*thoth_rule\b(.*)$/;
  const directives: Directive[] = [];
  const diagnostics: PolicyDiagnostic[] = [];
  source.split(/\r?\n/).forEach((text, index) => {
    const match = lead.exec(text);
    if (match === null) return;
    const problem = readDirective(match[1] ?? '', index + 1);
    if ('effect' in problem) directives.push(problem);
    else
      diagnostics.push({
        severity: 'error',
        code: problem.code,
        message: problem.message,
        line: index + 1,
        column:
          Math.max(0, problem.word === '' ? text.indexOf('thoth_rule') : text.indexOf(problem.word)) + 1,
        excerpt: text.trimEnd(),
        fix: `a directive reads: thoth_rule effect=${EFFECTS.join('|')} [action_prefix=tool_call:…] [purpose=…] [min_sensitivity=…] [min_behavioral_score=0..1] reason=Words_joined_by_underscores`,
      });
  });
  return { directives, diagnostics };
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly word: string;
}

function readDirective(text: string, line: number): Directive | Problem {
  const members = new Map<string, string>();
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const at = word.indexOf('=');
    const key = at === -1 ? word : word.slice(0, at);
    const value = at === -1 ? '' : word.slice(at + 1);
    if (!KEYS.includes(key))
      return { code: 'directive_unknown_key', message: `${key} is not a member of a directive`, word };
    if (value === '') return { code: 'directive_missing_value', message: `${key} has no value`, word };
    if (members.has(key)) return { code: 'directive_repeated_key', message: `${key} is given twice`, word };
    members.set(key, value);
  }
  const effect = EFFECTS.find((each) => each === members.get('effect')?.toUpperCase());
  if (effect === undefined)
    return {
      code: 'directive_effect',
      message: `effect must be one of ${EFFECTS.join(', ')}`,
      word: members.has('effect') ? `effect=${members.get('effect')}` : '',
    };
  const label = members.get('min_sensitivity')?.toLowerCase();
  if (label !== undefined && !SENSITIVITY_LABELS.some((each) => each === label))
    return {
      code: 'directive_sensitivity',
      message: `min_sensitivity must be one of ${SENSITIVITY_LABELS.join(', ')}`,
      word: `min_sensitivity=${members.get('min_sensitivity')}`,
    };
  const scoreText = members.get('min_behavioral_score');
  const score = scoreText === undefined ? undefined : Number(scoreText);
  if (score !== undefined && !(score >= 0 && score <= 1))
    return {
      code: 'directive_score',
      message: 'min_behavioral_score must be a number from 0 to 1',
      word: `min_behavioral_score=${scoreText}`,
    };
  const reason = members.get('reason');
  if (reason === undefined)
    return { code: 'directive_reason', message: 'a directive needs a reason', word: '' };
  return {
    effect,
    actionPrefix: members.get('action_prefix'),
    purpose: members.get('purpose'),
    minSensitivity: label,
    minBehavioralScore: score,
    reason: reason.replaceAll('_', ' '),
    line,
  };
}
