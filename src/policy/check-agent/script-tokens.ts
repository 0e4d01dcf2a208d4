import type { Token } from './source.js';

const WORD = /[\p{L}_$#][\p{L}\p{N}_$]*/uy;
const NUMBER = /[0-9][\w.]*/uy;
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/uy;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/uy;

/** Words after which a slash begins a regular expression, not a division. */
const BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'new',
  'await',
  'yield',
]);

/**
 * Words, strings and signs of a JavaScript or TypeScript program. Comments and regular expressions go; a template
 * with a hole is a string of unknown value. `=>` is one sign.
 */
export function scriptTokens(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const skip = (text: string): void => {
    line += text.split('\n').length - 1;
    at += text.length;
  };
  while (at < source.length) {
    const sign = source.charAt(at);
    const comment = match(COMMENT);
    if (comment !== undefined) skip(comment);
    else if (/\s/u.test(sign)) skip(sign);
    else if (sign === '"' || sign === "'" || sign === '`') {
      const literal = stringLiteral(source, at, sign);
      tokens.push({
        kind: 'string',
        text: literal.value,
        line,
        ...(literal.dynamic ? { dynamic: true } : {}),
      });
      skip(source.slice(at, literal.end));
    } else {
      const regex = sign === '/' && regexMayFollow(tokens.at(-1)) ? match(REGEX) : undefined;
      const word = match(WORD) ?? match(NUMBER);
      const text = regex ?? word ?? (source.startsWith('=>', at) ? '=>' : sign);
      tokens.push({
        kind: word === undefined ? 'sign' : 'word',
        text: regex === undefined ? text : '/regex/',
        line,
      });
      at += text.length;
    }
  }
  return tokens;
}

function regexMayFollow(last: Token | undefined): boolean {
  if (last === undefined) return true;
  if (last.kind === 'word') return BEFORE_REGEX.has(last.text);
  return last.kind === 'sign' && last.text !== ')' && last.text !== ']' && last.text !== '}';
}

function stringLiteral(
  source: string,
  from: number,
  quote: string,
): { value: string; end: number; dynamic: boolean } {
  let value = '';
  let dynamic = false;
  let at = from + 1;
  while (at < source.length && source.charAt(at) !== quote) {
    const sign = source.charAt(at);
    if (sign === '\n' && quote !== '`') break;
    if (sign === '\\') {
      value += source.charAt(at + 1);
      at += 2;
    } else if (quote === '`' && source.startsWith('${', at)) {
      dynamic = true;
      at = holeEnd(source, at + 2);
    } else {
      value += sign;
      at += 1;
    }
  }
  return { value, end: Math.min(source.length, at + 1), dynamic };
}

/** End of a template's hole; strings and templates inside it are skipped whole. */
function holeEnd(source: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < source.length && depth > 0) {
    const sign = source.charAt(at);
    if (sign === '"' || sign === "'" || sign === '`') {
      at = stringLiteral(source, at, sign).end;
      continue;
    }
    if (sign === '{') depth += 1;
    if (sign === '}') depth -= 1;
    at += 1;
  }
  return at;
}
