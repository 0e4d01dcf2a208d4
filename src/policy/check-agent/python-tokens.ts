import type { Token } from './source.js';

const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const STRING = /([rbfutRBFUT]{0,2})("""|'''|"|')/uy;
const NUMBER = /[0-9][\w.]*/uy;

/**
 * Words, strings and signs of a Python program. Comments go; a line that continues inside brackets or behind a
 * backslash is one line; triple-quoted, raw and formatted strings are read as what they are.
 */
export function pythonTokens(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let depth = 0;
  let lineStart = 0;
  let fresh = true;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const push = (token: Omit<Token, 'line' | 'indent'>, from = line): void => {
    tokens.push({ ...token, line: from, ...(fresh ? { indent: at - lineStart } : {}) });
    fresh = false;
  };
  while (at < source.length) {
    const sign = source.charAt(at);
    if (sign === '\n') {
      if (depth === 0 && !fresh) tokens.push({ kind: 'line', text: '\n', line });
      if (depth === 0) fresh = true;
      line += 1;
      at += 1;
      lineStart = at;
    } else if (sign === '#') {
      while (at < source.length && source.charAt(at) !== '\n') at += 1;
    } else if (sign === '\\' && /^\\\r?\n/u.test(source.slice(at, at + 3))) {
      at = source.indexOf('\n', at) + 1;
      line += 1;
    } else if (/\s/u.test(sign)) at += 1;
    else {
      const quoted = match(STRING);
      if (quoted !== null) {
        const [opening, prefix = '', quote = '"'] = quoted;
        const { value, end } = stringBody(source, at + opening.length, quote, /r/iu.test(prefix));
        push({
          kind: 'string',
          text: value,
          ...(/[ft]/iu.test(prefix) && value.includes('{') ? { dynamic: true } : {}),
        });
        line += source.slice(at, end).split('\n').length - 1;
        at = end;
        continue;
      }
      const word = match(WORD) ?? match(NUMBER);
      if (word !== null) push({ kind: 'word', text: word[0] });
      else {
        if ('([{'.includes(sign)) depth += 1;
        if (')]}'.includes(sign)) depth = Math.max(0, depth - 1);
        push({ kind: 'sign', text: sign });
      }
      at += word?.[0].length ?? 1;
    }
  }
  return joined(tokens);
}

function stringBody(
  source: string,
  from: number,
  quote: string,
  raw: boolean,
): { value: string; end: number } {
  let value = '';
  let at = from;
  while (at < source.length && !source.startsWith(quote, at)) {
    if (quote.length === 1 && source.charAt(at) === '\n') break;
    if (source.charAt(at) === '\\') {
      value += raw ? source.slice(at, at + 2) : source.charAt(at + 1);
      at += 2;
    } else {
      value += source.charAt(at);
      at += 1;
    }
  }
  return { value, end: Math.min(source.length, at + quote.length) };
}

/** Adjacent literals are one string in Python. */
function joined(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  for (const token of tokens) {
    const last = result.at(-1);
    if (token.kind === 'string' && last?.kind === 'string') {
      const dynamic = last.dynamic === true || token.dynamic === true;
      result[result.length - 1] = { ...last, text: last.text + token.text, ...(dynamic ? { dynamic } : {}) };
    } else result.push(token);
  }
  return result;
}
