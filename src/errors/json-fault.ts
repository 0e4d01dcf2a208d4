const BLANK = /[ \t\n\r]*/y;
const SCALAR =
  /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

interface JsonFault {
  /** Offset in UTF-16 units, from 0. */
  readonly position: number;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** Where a text that `JSON.parse` refused stops being JSON. */
export function jsonFault(text: string): JsonFault {
  const position = firstJsonFault(text);
  const before = text.slice(0, position);
  return { position, line: before.split('\n').length, column: position - before.lastIndexOf('\n') };
}

/**
 * Offset of the first character at which the text stops being JSON. Node 20 leaves the position out of most of its
 * messages; this runs only after JSON.parse has refused the text.
 */
export function firstJsonFault(text: string): number {
  // What is open, innermost last; the grammar needs no more memory than that.
  const open: ('{' | '[')[] = [];
  let at = blank(text, 0);
  let expecting: 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'comma' = 'value';

  for (;;) {
    const character = text[at];
    if (expecting === 'comma') {
      const innermost = open.at(-1);
      if (innermost === undefined) return at;
      if (character === ',') expecting = innermost === '{' ? 'key' : 'value';
      else if (character === (innermost === '{' ? '}' : ']')) open.pop();
      else return at;
      at = blank(text, at + 1);
      if (open.length === 0) return at;
      continue;
    }
    const closes: string | undefined =
      expecting === 'key-or-close' ? '}' : expecting === 'value-or-close' ? ']' : undefined;
    if (closes !== undefined && character === closes) {
      open.pop();
      expecting = 'comma';
      at = blank(text, at + 1);
      continue;
    }
    if (expecting === 'key' || expecting === 'key-or-close') {
      if (character !== '"') return at;
      const end = scalarEnd(text, at);
      if (end === undefined) return at;
      at = blank(text, end);
      if (text[at] !== ':') return at;
      at = blank(text, at + 1);
      expecting = 'value';
      continue;
    }
    if (character === '{' || character === '[') {
      open.push(character);
      expecting = character === '{' ? 'key-or-close' : 'value-or-close';
      at = blank(text, at + 1);
      continue;
    }
    const end = scalarEnd(text, at);
    if (end === undefined) return at;
    at = blank(text, end);
    expecting = 'comma';
  }
}

function blank(text: string, from: number): number {
  BLANK.lastIndex = from;
  BLANK.test(text);
  return BLANK.lastIndex;
}

function scalarEnd(text: string, from: number): number | undefined {
  SCALAR.lastIndex = from;
  return SCALAR.test(text) ? SCALAR.lastIndex : undefined;
}
