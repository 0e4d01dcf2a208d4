import { isJsonObject, type JsonObject } from './vocabulary.js';

/** How a call passed its arguments, as far as a MODIFY decision needs to know. */
export interface CallArguments {
  /** Arguments as the policy saw them, in order. */
  readonly values: readonly unknown[];
  /** True when the wire form lost something (cut, cycle, function): changed arguments were made from less. */
  readonly lossy: boolean;
}

/** True for `{...}` and `Object.create(null)`: the shapes that travel as an argument map. */
export function isPlainObject(value: unknown): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/**
 * Maps `modified_tool_args` to the arguments of the call. Undefined when they cannot be applied; the call must
 * then be refused, never run with its original arguments. Source: SDK behaviour 4.3, first match wins.
 */
export function mapModifiedArguments(
  call: CallArguments,
  modified: JsonObject | undefined,
): readonly unknown[] | undefined {
  if (modified === undefined || call.lossy) return undefined;
  const keys = Object.keys(modified);
  if (keys.length === 0) return undefined;
  const [first] = call.values;
  const single = call.values.length === 1 && isPlainObject(first);
  // A map call that has a member `args` of its own mirrors it: there the list is a value, not a call.
  if (Array.isArray(modified['args']) && !(single && Object.hasOwn(first, 'args'))) return modified['args'];
  if (single) return [{ ...modified }];
  if (call.values.length === 1) {
    if (Object.hasOwn(modified, 'arg0')) return [modified['arg0']];
    if (Object.hasOwn(modified, 'input')) return [modified['input']];
  }
  return positional(call.values.length, modified, keys);
}

function positional(count: number, modified: JsonObject, keys: readonly string[]): unknown[] | undefined {
  if (count === 0 || keys.length !== count) return undefined;
  const values: unknown[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `arg${index}`;
    if (!Object.hasOwn(modified, name)) return undefined;
    values.push(modified[name]);
  }
  return values;
}
