const ASCII = /^[ -~]*$/u;

// The classes of Unicode are costly to set up, and most commands show none of these.
const zero = (character: string): boolean => /^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character);
const wide = (character: string): boolean =>
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u.test(
    character,
  );

function columnsOf(character: string): number {
  if (zero(character)) return 0;
  return wide(character) ? 2 : 1;
}

/** Columns the text takes in a terminal; the text holds no escape sequences. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Cuts to at most `width` columns, with an ellipsis where something was cut. */
export function cutTo(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let used = 0;
  let kept = '';
  for (const character of text) {
    const columns = columnsOf(character);
    if (used + columns > width - 1) break;
    kept += character;
    used += columns;
  }
  return `${kept}…`;
}
