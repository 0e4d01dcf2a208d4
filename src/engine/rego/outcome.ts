import { isActionClass } from '../action-class.js';
import { isReasonCode } from '../reason-codes.js';
import { namesTool } from '../tool-name.js';
import type { JsonObject } from '../types.js';
import type { Hit } from '../verdict/hit.js';
import type { EntryRule } from './language.js';
import { isJsonObject } from '../json-object.js';

const EFFECT_OF_RULE = {
  allow: 'ALLOW',
  deny: 'BLOCK',
  step_up: 'STEP_UP',
  defer: 'DEFER',
  modify: 'MODIFY',
  flag: 'FLAG',
  waive: 'WAIVE',
} as const;

const MEMBERS = new Set([
  'reason',
  'msg',
  'message',
  'code',
  'id',
  'args',
  'timeout_seconds',
  'action_class',
  'waives',
]);

/** A value an entry rule may not have; the bundle then fails, since ignoring it could let a call through. */
class UnreadableOutcome extends Error {
  override readonly name = 'UnreadableOutcome';
}

/**
 * Reads the value of an entry rule: `true`, a reason, an object `{reason, code, id, args, timeout_seconds,
 * action_class}`, or a set, array or object of these. `false`, `null` and empty collections are no hit.
 */
export function readOutcome(
  rule: EntryRule,
  value: unknown,
  names: readonly string[],
  toolName: string,
): Hit[] {
  const named = names.some((name) => namesTool(name, toolName));
  if (rule === 'allow' && typeof value === 'object' && value !== null && !Array.isArray(value))
    throw new UnreadableOutcome('allow is an object; it must be true or false, or a set of reasons');
  return read(rule, value, named, 0);
}

function read(rule: EntryRule, value: unknown, named: boolean, depth: number): Hit[] {
  const base = { effect: EFFECT_OF_RULE[rule], ruleId: rule, namesTool: named };
  if (value === false || value === null || value === undefined || value === '') return [];
  if (value === true || typeof value === 'string') {
    if (rule === 'modify') return refuse(rule, 'it has no arguments');
    if (rule === 'waive') return refuse(rule, 'it names no rules');
    return value === true ? [base] : [{ ...base, reason: value }];
  }
  if (Array.isArray(value) && depth < 2) return value.flatMap((each) => read(rule, each, named, depth + 1));
  if (!isJsonObject(value)) return refuse(rule, `its value is a ${typeof value}`);
  const keys = Object.keys(value);
  if (keys.length === 0) return [];
  if (keys.some((key) => MEMBERS.has(key))) return [hitOf(rule, value, base)];
  if (depth > 0) return refuse(rule, `an object has none of the members ${[...MEMBERS].join(', ')}`);
  return keys.flatMap((key) =>
    read(rule, value[key] === true ? key : value[key], named, depth + 1).map((hit) => ({
      ...hit,
      ruleId: hit.ruleId === rule ? key : hit.ruleId,
    })),
  );
}

function hitOf(rule: EntryRule, value: JsonObject, base: Hit): Hit {
  const id = textOf(value['id']);
  const code = textOf(value['code']);
  const args = value['args'];
  const timeout = value['timeout_seconds'];
  const waives = value['waives'];
  if (rule === 'modify' && !isJsonObject(args)) return refuse(rule, 'args is not an object');
  if (rule === 'waive' && !isTexts(waives)) return refuse(rule, 'waives is not a list of rules');
  return {
    ...base,
    ruleId: id ?? rule,
    reason: textOf(value['reason']) ?? textOf(value['msg']) ?? textOf(value['message']),
    reasonCode: code !== undefined && isReasonCode(code) ? code : undefined,
    args: rule === 'modify' && isJsonObject(args) ? args : undefined,
    waives: rule === 'waive' && isTexts(waives) ? waives : undefined,
    timeoutSeconds:
      typeof timeout === 'number' && Number.isInteger(timeout) && timeout > 0 ? timeout : undefined,
    actionClass: isActionClass(value['action_class']) ? value['action_class'] : undefined,
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function refuse(rule: EntryRule, why: string): never {
  throw new UnreadableOutcome(`rule ${rule} cannot be read: ${why}`);
}
