import type { JsonObject } from './object.js';

const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Whether other readers find something else in an object than `JSON.parse` does. It keeps the last of two members of one
 * name, others keep the first; and readers that ignore case take `Decision` for `decision`, which is looked at in the
 * outermost object only: below it stand names of somebody's own. The text must be what `value` was parsed from.
 */
export function hasDoubtfulMembers(text: string, value: JsonObject): boolean {
  // The parsed object has fewer members than the text where a name came twice.
  return namesIn(text) !== membersOf(value) || differInCase(Object.keys(value));
}

/** Counts the strings that are followed by a colon. Leaping from quote to quote costs less than looking at every unit. */
function namesIn(text: string): number {
  let names = 0;
  for (let open = text.indexOf('"'); open !== -1;) {
    const close = closingQuote(text, open);
    if (close === -1) break;
    let next = close + 1;
    while (isSpace(text.charCodeAt(next))) next += 1;
    if (text.charCodeAt(next) === COLON) names += 1;
    open = text.indexOf('"', next);
  }
  return names;
}

function closingQuote(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 1) return quote;
  }
  return -1;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside: readonly unknown[] = Object.values(value);
  let members = Array.isArray(value) ? 0 : inside.length;
  for (const each of inside) members += membersOf(each);
  return members;
}

/** The names themselves differ already. */
function differInCase(names: readonly string[]): boolean {
  if (names.every((name) => name === name.toLowerCase())) return false;
  return new Set(names.map((name) => name.toLowerCase())).size < names.length;
}
