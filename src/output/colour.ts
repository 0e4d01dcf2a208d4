import type { CellKind } from './port.js';

/** Colouring functions; identity functions where colour is off. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const same = (text: string) => text;
export const plainPaint: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

export interface ColourEnvironment {
  readonly isTTY: boolean;
  readonly noColor: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether to colour a stream. `--no-color` beats everything; then FORCE_COLOR (any value but 0 or false), then
 * NO_COLOR (any non-empty value), TERM=dumb and CI; a stream that is no terminal gets none.
 */
export function wantsColour({ isTTY, noColor, env }: ColourEnvironment): boolean {
  if (noColor) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR'] || env['TERM'] === 'dumb' || env['CI']) return false;
  return isTTY;
}

/** Loads chalk only when colour is wanted. */
export async function loadPaint(wanted: boolean): Promise<Paint> {
  if (!wanted) return plainPaint;
  const { Chalk } = await import('chalk');
  return new Chalk({ level: 1 });
}

const GOOD =
  /^(allow|allowed|active|approved|ok|pass|passed|verified|enabled|ready|healthy|delivered|succeeded|true)$/iu;
const BAD = /^(block|blocked|deny|denied|failed|revoked|rejected|broken|error|disabled|critical|expired)$/iu;
const WAITING = /^(step_up|defer|modify|pending|observe|queued|running|warning|stale|degraded|high)$/iu;

/** The colour repeats what the word already says; it never carries meaning of its own. */
export function paintCell(paint: Paint, kind: CellKind | undefined, text: string): string {
  if (kind === 'id') return paint.cyan(text);
  if (kind === 'time') return paint.dim(text);
  if (kind !== 'state') return text;
  const word = text.trim();
  if (GOOD.test(word)) return paint.green(text);
  if (BAD.test(word)) return paint.red(text);
  return WAITING.test(word) ? paint.yellow(text) : text;
}

/** A patch, by the marks its lines begin with. */
export function paintPatch(paint: Paint, text: string): string {
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('---') || line.startsWith('+++')) return paint.bold(line);
      if (line.startsWith('@@')) return paint.cyan(line);
      if (line.startsWith('+')) return paint.green(line);
      if (line.startsWith('-')) return paint.red(line);
      return line.startsWith('~') ? paint.yellow(line) : line;
    })
    .join('\n');
}
