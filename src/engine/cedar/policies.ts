import type { ActionClass, DecisionWord, JsonObject } from '../types.js';
import { isActionClass } from '../action-class.js';
import { isReasonCode } from '../reason-codes.js';
import { guardOf, type Guard } from './guard/index.js';
import type { CedarLibrary } from './library.js';
import { mentionsOf, type Mentions } from './mentions.js';
import { isJsonObject } from '../json-object.js';

/** A policy of a bundle, with what its annotations say. */
export interface CedarPolicy {
  /** `@id`, else `policy<n>` in file order. */
  readonly label: string;
  readonly text: string;
  /** UTF-16 offset of the policy in the bundle. */
  readonly offset: number;
  readonly permits: boolean;
  readonly effect: DecisionWord | 'FLAG' | 'WAIVE';
  readonly reason: string | undefined;
  readonly reasonCode: string | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly actionClass: ActionClass | undefined;
  /** Arguments a MODIFY sets; laid over those of the call. */
  readonly setArgs: JsonObject | undefined;
  /** Rules a WAIVE sets aside, as decisions name them. */
  readonly waives: readonly string[];
  readonly mentions: Mentions;
  readonly mayHold: Guard;
}

interface AnnotationProblem {
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

export interface ParsedCedar {
  readonly policies: readonly CedarPolicy[];
  readonly problems: readonly AnnotationProblem[];
  /** Texts of templates; nothing links them, so they never hold. */
  readonly templates: readonly string[];
}

const FORBID_EFFECTS = ['BLOCK', 'STEP_UP', 'DEFER', 'MODIFY', 'FLAG'] as const;

/** Splits source that is known to parse into policies. Undefined when it does not parse. */
export function parseCedar(cedar: CedarLibrary, source: string): ParsedCedar | undefined {
  const parts = cedar.policySetTextToParts(source);
  if (parts.type !== 'success') return undefined;
  const problems: AnnotationProblem[] = [];
  const placed = placeTexts(source, parts.policies);
  const policies = placed.flatMap(({ text, offset }, index): CedarPolicy[] => {
    const json = cedar.policyToJson(text);
    if (json.type !== 'success') return [];
    const notes = json.json.annotations ?? {};
    const found: CedarPolicy = {
      label: notes['id'] !== undefined && notes['id'] !== '' ? notes['id'] : `policy${index}`,
      text,
      offset,
      permits: json.json.effect === 'permit',
      effect:
        json.json.effect === 'permit'
          ? notes['thoth_effect'] === 'WAIVE'
            ? 'WAIVE'
            : 'ALLOW'
          : (FORBID_EFFECTS.find((each) => each === notes['thoth_effect']) ?? 'BLOCK'),
      reason: notes['reason'],
      reasonCode: notes['reason_code'],
      timeoutSeconds: notes['timeout_seconds'] === undefined ? undefined : Number(notes['timeout_seconds']),
      actionClass: isActionClass(notes['action_class']) ? notes['action_class'] : undefined,
      setArgs: readArgs(notes['set_args']),
      waives: readRules(notes['waives'] ?? ''),
      mentions: mentionsOf(json.json),
      mayHold: guardOf({ ...json.json }),
    };
    problems.push(...annotationProblems(found, notes));
    return [found];
  });
  return { policies, problems, templates: parts.policy_templates };
}

/** The library returns the texts verbatim but ordered by id; the file order gives the numbers. */
function placeTexts(source: string, texts: readonly string[]): { text: string; offset: number }[] {
  const next = new Map<string, number>();
  return texts
    .map((text) => {
      const offset = Math.max(0, source.indexOf(text, next.get(text) ?? 0));
      next.set(text, offset + text.length);
      return { text, offset };
    })
    .sort((left, right) => left.offset - right.offset);
}

function annotationProblems(policy: CedarPolicy, notes: Record<string, string>): AnnotationProblem[] {
  const found: AnnotationProblem[] = [];
  const report = (message: string, fix: string): void =>
    void found.push({ offset: policy.offset, message, fix });
  const effect = notes['thoth_effect'];
  if (policy.effect === 'WAIVE') {
    if (policy.waives.length === 0)
      report(
        'a WAIVE needs @waives with the rules it sets aside',
        'for example @waives("guard@3#no-export")',
      );
  } else if (effect !== undefined && policy.permits)
    report(
      '@thoth_effect stands on a permit; it belongs on a forbid',
      'write forbid, or remove @thoth_effect',
    );
  else if (effect !== undefined && !FORBID_EFFECTS.some((each) => each === effect))
    report(`@thoth_effect("${effect}") is unknown`, `use one of ${FORBID_EFFECTS.join(', ')}`);
  if (policy.effect === 'MODIFY' && policy.setArgs === undefined)
    report('a MODIFY needs @set_args with a JSON object', 'for example @set_args("{\\"limit\\": 10}")');
  if (
    policy.timeoutSeconds !== undefined &&
    !(Number.isInteger(policy.timeoutSeconds) && policy.timeoutSeconds > 0)
  )
    report('@timeout_seconds is not a positive whole number', 'for example @timeout_seconds("900")');
  if (policy.reasonCode !== undefined && !isReasonCode(policy.reasonCode))
    report('@reason_code is not a machine code', 'use lower-case letters, digits and _ . : -, at most 64');
  if (notes['action_class'] !== undefined && policy.actionClass === undefined)
    report('@action_class is unknown', 'use read, write, delete, execute or payment');
  return found;
}

/** Names with a space between, or a JSON list of them where a name has a space itself. */
function readRules(text: string): readonly string[] {
  if (!text.startsWith('[')) return text.split(/\s+/).filter(Boolean);
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : [];
  } catch {
    return [];
  }
}

function readArgs(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && Object.keys(value).length > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}
