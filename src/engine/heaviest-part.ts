/** Nesting from which a place is worth pointing at. */
const DEEP = 8;

/**
 * UTF-16 offset of the part that likely costs an engine most: the deepest bracket, or else the longest statement at the
 * top level. A guess for a person to begin at, in one pass over text that may be anything.
 */
export function heaviestAt(source: string): number {
  const { deepest, deepestAt, longestAt } = shapeOf(source);
  return deepest >= DEEP ? deepestAt : longestAt;
}

export function nestingOf(source: string): number {
  return shapeOf(source).deepest;
}

interface Shape {
  readonly deepest: number;
  readonly deepestAt: number;
  readonly longestAt: number;
}

function shapeOf(source: string): Shape {
  let depth = 0;
  let [deepest, deepestAt] = [0, 0];
  let [longest, longestAt, begin] = [0, 0, 0];
  let begun = false;
  for (const { 0: part, index } of source.matchAll(PART)) {
    if (!begun && /^\s|^[/#]/u.test(part)) continue;
    if (!begun) [begun, begin] = [true, index];
    if (/^[[({]/u.test(part)) {
      depth += 1;
      if (depth > deepest) [deepest, deepestAt] = [depth, index];
    } else if (/^[\])}]/u.test(part)) depth = Math.max(0, depth - 1);
    // In Rego a line that begins at the margin, in Cedar what follows a semicolon.
    if (depth > 0 || !(part === ';' || /^\n\S/u.test(source.slice(index, index + 2)))) continue;
    if (index - begin > longest) [longest, longestAt] = [index - begin, begin];
    begun = false;
  }
  return { deepest, deepestAt, longestAt: begun && source.length - begin > longest ? begin : longestAt };
}

/** Texts and comments whole, else a character of interest at a time. */
const PART = /"(?:[^"\\\n]|\\.)*"?|`[^`]*`?|#[^\n]*|\/\/[^\n]*|[[\](){};\n]|[^\s"`#/[\](){};]+|[^\S\n]+|\//gu;
