import { ThothctlError } from '../errors/index.js';

/** Deeper nesting is refused: evidence is flat, and hostile input must not exhaust the stack. */
const MAX_DEPTH = 64;
/** Where a whole subtree is tried in one go; trying at every depth would walk deep values once per level. */
const WHOLE_DEPTH = 3;
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

/** One member in canonical form, with a comma behind it; nothing at all when its value is `undefined`. */
export function canonicalMember(name: string, value: unknown): string {
  return value === undefined ? '' : `${quoted(name)}:${text(value, 1)},`;
}

/** Names of the members in canonical order. */
export function canonicalNames(value: object): string[] {
  const names = Object.keys(value);
  for (let i = 1; i < names.length; i++) {
    // The default sort compares UTF-16 code units, which is the order the RFC asks for.
    if ((names[i] ?? '') < (names[i - 1] ?? '')) return names.sort();
  }
  return names;
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
  if (depth <= WHOLE_DEPTH && isOrdered(value, depth)) {
    const whole = JSON.stringify(value);
    // JSON.stringify writes lone surrogates as escapes; what merely looks like one is written member by member too.
    if (!whole.includes('\\ud')) return whole;
  }
  if (Array.isArray(value)) {
    let out = '[';
    // An index loop, not map: holes in an array must be seen and refused.
    for (let i = 0; i < value.length; i++) out += (i === 0 ? '' : ',') + text(value[i], depth + 1);
    return out + ']';
  }
  if (!isPlain(value)) throw refused('an object that is not plain');
  const members: Readonly<Record<string, unknown>> = value;
  let out = '{';
  for (const name of canonicalNames(members)) {
    const member = members[name];
    if (member !== undefined)
      out += (out.length === 1 ? '' : ',') + quoted(name) + ':' + text(member, depth + 1);
  }
  return out + '}';
}

/** True when `JSON.stringify` gives the canonical form, save for lone surrogates; the judgement of a hot path. */
function isOrdered(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || isOrderedComposite(value, depth);
    default:
      return false;
  }
}

function isOrderedComposite(value: object, depth: number): boolean {
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isOrdered(value[i], depth + 1)) return false;
    return true;
  }
  if (!isPlain(value)) return false;
  const members: Readonly<Record<string, unknown>> = value;
  let last: string | undefined;
  // Nothing enumerable is inherited by a plain object, and this loop makes no list of names.
  for (const name in members) {
    if (last !== undefined && name < last) return false;
    last = name;
    const member = members[name];
    if (member !== undefined && !isOrdered(member, depth + 1)) return false;
  }
  return true;
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
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
