import { ThothctlError } from '../errors/index.js';

/** Deeper nesting is refused: evidence is flat, and hostile input must not exhaust the stack. */
const MAX_DEPTH = 64;
/** With the `u` flag a well-formed pair is one code point, so only a surrogate without its partner matches. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Printable ASCII without quote and backslash: the JSON string is the text itself between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * RFC 8785 text of a JSON value: members sorted by UTF-16 code units, no white space, ECMAScript numbers and strings.
 * Members holding `undefined` are left out, as JSON does. Stricter than `JSON.stringify` everywhere else, because two
 * parties must never hash different things: not-a-number, infinities, lone surrogates, functions, symbols, bigints,
 * class instances and `undefined` inside arrays are errors (`not_canonicalizable`).
 */
export function canonicalize(value: unknown): string {
  return text(value, 0);
}

/** Sorted `[name, canonical member]` pairs, so that a caller can add members without sorting twice. */
export function canonicalMembers(values: ReadonlyMap<string, unknown>): [name: string, text: string][] {
  return members(values, 0);
}

function text(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) throw refused(`the number ${value}`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : composite(value, depth);
    default:
      throw refused(`a value of type ${typeof value}`);
  }
}

function composite(value: object, depth: number): string {
  if (depth >= MAX_DEPTH) throw refused(`nesting deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    let out = '[';
    // An index loop, not map: holes in an array must be seen and refused.
    for (let i = 0; i < value.length; i++) out += (i === 0 ? '' : ',') + text(value[i], depth + 1);
    return out + ']';
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refused('an object that is not plain');
  let out = '{';
  for (const [, member] of members(new Map(Object.entries(value)), depth))
    out += (out.length === 1 ? '' : ',') + member;
  return out + '}';
}

function members(values: ReadonlyMap<string, unknown>, depth: number): [string, string][] {
  const pairs: [string, string][] = [];
  // The default sort compares UTF-16 code units, which is the order the RFC asks for.
  for (const name of [...values.keys()].sort()) {
    const value = values.get(name);
    if (value !== undefined) pairs.push([name, quoted(name) + ':' + text(value, depth + 1)]);
  }
  return pairs;
}

function quoted(value: string): string {
  // Nearly all strings of a record; several times faster than the general way.
  if (PLAIN.test(value)) return `"${value}"`;
  if (LONE_SURROGATE.test(value)) throw refused('a string with a lone surrogate');
  return JSON.stringify(value);
}

function refused(what: string): ThothctlError {
  return new ThothctlError({
    code: 'not_canonicalizable',
    message: `RFC 8785 has no form for ${what}`,
    exit: 'usage',
  });
}
