import { isJsonObject } from '../../json-object.js';

/**
 * A `like` pattern in Cedar's JSON form, a list of `"Wildcard"` and `{Literal}`; undefined when it is none. Each piece is
 * looked for once, from where the one before ended, so that no pattern takes more than the length of the text squared.
 */
export function wildcard(pattern: unknown): ((text: string) => boolean) | undefined {
  const pieces = piecesOf(pattern);
  if (pieces === undefined) return undefined;
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    const end = text.length - last.length;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}

/** What stands between the wildcards. */
function piecesOf(pattern: unknown): readonly string[] | undefined {
  if (!Array.isArray(pattern)) return undefined;
  const pieces = [''];
  for (const part of pattern) {
    const literal = isJsonObject(part) ? part['Literal'] : undefined;
    if (part === 'Wildcard') pieces.push('');
    else if (typeof literal === 'string') pieces[pieces.length - 1] += literal;
    else return undefined;
  }
  return pieces;
}
