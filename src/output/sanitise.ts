/**
 * Text from outside (tool names, reasons, API replies) may carry escape sequences that move the cursor, rewrite
 * earlier lines, set the clipboard or reverse the reading order. Nothing of that kind may reach a terminal.
 */

// Built from code points so that no raw control character stands in this file.
const cp = (...points: readonly number[]) => points.map((p) => `\\u{${p.toString(16)}}`).join('');
const range = (from: number, to: number) => `${cp(from)}-${cp(to)}`;

const ESC = cp(0x1b);
/** CSI, OSC/DCS/APC/PM/SOS strings with their terminators, and two-character escapes. A string ends where another begins: looking past it for each would take minutes in a text made of beginnings. */
const SEQUENCES = new RegExp(
  [
    `(?:${ESC}\\[|${cp(0x9b)})[0-?]*[ -/]*[@-~]`,
    `(?:${ESC}[\\]PX^_]|[${cp(0x90, 0x98, 0x9d, 0x9e, 0x9f)}])[^${cp(0x07, 0x1b, 0x90, 0x98, 0x9c, 0x9d, 0x9e, 0x9f)}]*(?:${cp(0x07)}|${ESC}\\\\|${cp(0x9c)})`,
    `${ESC}[ -/]*[0-~]`,
  ].join('|'),
  'gu',
);

const BIDI_AND_INVISIBLE = `${cp(0x061c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff)}${range(0x202a, 0x202e)}${range(0x2060, 0x2069)}${range(0xe0000, 0xe007f)}`;
const CONTROLS_KEEPING_LINES = new RegExp(
  `[${range(0, 8)}${range(0x0b, 0x1f)}${range(0x7f, 0x9f)}${BIDI_AND_INVISIBLE}]`,
  'gu',
);
const LINE_BREAKS = /[\t\r\n]+/gu;
const JSON_UNSAFE = new RegExp(`[${range(0x7f, 0x9f)}${BIDI_AND_INVISIBLE}]`, 'gu');
const PLAIN = /^[ -~]*$/u;

/** Removes escape sequences, controls, bidi overrides and invisible characters; keeps newlines and tabs. */
export function cleanText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(SEQUENCES, '').replace(CONTROLS_KEEPING_LINES, '');
}

/** As `cleanText`, and on one line: runs of newlines and tabs become one space. */
export function cleanLine(text: string): string {
  return PLAIN.test(text) ? text : cleanText(text.replace(LINE_BREAKS, ' '));
}

/** Escapes, inside serialised JSON, what `JSON.stringify` leaves raw: C1 controls, bidi and invisible characters. */
export function escapeJson(json: string): string {
  return json.replace(JSON_UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
