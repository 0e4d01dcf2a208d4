import { ThothctlError } from '../errors/index.js';

/** Deeper nesting is refused: evidence is flat, and hostile input must not exhaust the stack. */
const MAX_DEPTH = 64;
/** With the `u` flag a well-formed pair is one code point, so only a surrogate without its partner matches. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Printable ASCII without quote and backslash: the JSON string is the text itself between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;

type Members = Readonly<Record<string, unknown>>;

/**
 * RFC 8785 text of a JSON value: members sorted by UTF-16 code units, no white space, ECMAScript numbers and strings.
 * Members holding `undefined` are left out, as JSON does. Stricter than `JSON.stringify` everywhere else, because two
 * parties must never hash different things: not-a-number, infinities, lone surrogates, functions, symbols, bigints,
 * class instances and `undefined` inside arrays are errors (`not_canonicalizable`).
 */
export function canonicalize(value: unknown): string {
  const whole = typeof value === 'object' && value !== null ? wholeText(value) : undefined;
  return whole ?? text(value, 0);
}

/** One member in canonical form, with a comma behind it; nothing at all when its value is `undefined`. */
export function canonicalMember(name: string, value: unknown): string {
  return value === undefined ? '' : `${quotedName(name)}:${text(value, 1)},`;
}

/** Quoted names of record members, which are few and come with every record. */
const quotedNames = new Map<string, string>();
const REMEMBERED_NAMES = 1024;

function quotedName(name: string): string {
  let text = quotedNames.get(name);
  if (text === undefined) {
    text = quoted(name);
    if (quotedNames.size < REMEMBERED_NAMES) quotedNames.set(name, text);
  }
  return text;
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

/**
 * The text by way of `JSON.stringify`, which writes the canonical form of whatever is in canonical order; undefined
 * when it cannot. Several times faster than joining texts, and every decision needs it.
 */
function wholeText(value: object): string | undefined {
  const ordered = inOrder(value, 0);
  if (ordered === undefined) return undefined;
  const whole = JSON.stringify(ordered);
  // Lone surrogates come out as escapes; what merely looks like one is left to the slower way too.
  return whole.includes('\\ud') ? undefined : whole;
}

/** The value itself when its members are in order, or a copy where they are; undefined when there can be none. */
function inOrder(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'object':
      if (value === null) return value;
      if (depth >= MAX_DEPTH) return undefined;
      if (Array.isArray(value)) return listInOrder(value, depth);
      return isPlain(value) ? membersInOrder(value, depth) : undefined;
    default:
      return undefined;
  }
}

function listInOrder(list: readonly unknown[], depth: number): readonly unknown[] | undefined {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = inOrder(list[i], depth + 1);
    if (item === undefined) return undefined;
    if (item !== list[i]) (copy ??= [...list])[i] = item;
  }
  return copy ?? list;
}

function membersInOrder(members: Members, depth: number): Members | undefined {
  let copy: Record<string, unknown> | undefined;
  let last = '';
  let sorted = true;
  // Nothing enumerable is inherited by a plain object, and this loop makes no list of names.
  for (const name in members) {
    if (name < last) sorted = false;
    last = name;
    const member = members[name];
    if (member === undefined) continue;
    const ordered = inOrder(member, depth + 1);
    if (ordered === undefined) return undefined;
    if (ordered !== member) {
      if (name === '__proto__') return undefined;
      (copy ??= { ...members })[name] = ordered;
    }
  }
  return sorted ? (copy ?? members) : sortedCopy(copy ?? members);
}

function sortedCopy(members: Members): Members | undefined {
  const copy: Record<string, unknown> = {};
  for (const name of canonicalNames(members)) {
    // These two an object keeps in an order, or in a way, of its own.
    if (name === '__proto__' || /^\d/.test(name)) return undefined;
    copy[name] = members[name];
  }
  return copy;
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
  if (!isPlain(value)) throw refused('an object that is not plain');
  let out = '{';
  for (const name of canonicalNames(value)) {
    const member = value[name];
    if (member !== undefined)
      out += (out.length === 1 ? '' : ',') + quoted(name) + ':' + text(member, depth + 1);
  }
  return out + '}';
}

function isPlain(value: object): value is Members {
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
