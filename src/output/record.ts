import { cellText } from './cell.js';
import { paintCell, plainPaint } from './colour.js';
import type { CellKind } from './port.js';
import { cleanLine, cleanText } from './sanitise.js';
import type { TableLayout } from './table.js';
import { textWidth } from './width.js';

export interface Field {
  readonly label: string;
  readonly value: unknown;
  readonly kind?: CellKind;
}

/** `Label  value` lines, labels aligned. Values are never cut. */
export function renderRecord(fields: readonly Field[], layout: TableLayout = {}): string {
  const paint = layout.paint ?? plainPaint;
  const widest = fields.reduce((most, field) => Math.max(most, textWidth(field.label)), 0);
  return fields
    .map(({ label, value, kind }) => {
      if (typeof value === 'string' && value.trimEnd().includes('\n'))
        return `${paint.bold(label)}\n${block(value)}`;
      const gap = ' '.repeat(widest - textWidth(label) + 2);
      return (
        `${paint.bold(label)}${gap}${paintCell(paint, kind, cellText(value, kind, layout.now))}`.trimEnd() +
        '\n'
      );
    })
    .join('');
}

/** Text of several lines, such as a policy, stands below its label; the margin keeps it from looking like a field. */
function block(text: string): string {
  return cleanText(text.trimEnd())
    .split('\n')
    .map((line) => `${MARGIN}${line}`.trimEnd() + '\n')
    .join('');
}

const MARGIN = '  ';
const TIME_KEY = /(?:_at|_time|timestamp|expires|_until)$/u;
const ID_KEY = /(?:^id|_id|_hash|_token|hash)$/u;

/** Guesses how a member of an unknown object is shown, from its name. */
export function kindOf(key: string): CellKind | undefined {
  if (TIME_KEY.test(key)) return 'time';
  return ID_KEY.test(key) ? 'id' : undefined;
}

/** Fields of an object nobody wrote a view for; members of members by their dotted path. */
export function fieldsOf(data: object): Field[] {
  return Object.entries(data).flatMap(([key, value]) => fieldsAt([key], value));
}

function fieldsAt(path: readonly string[], value: unknown): Field[] {
  // As in JSON: a member that was never given is not there.
  if (value === undefined) return [];
  if (isBranch(value))
    return Object.entries(value).flatMap(([key, inner]) => fieldsAt([...path, key], inner));
  const [first = '', ...deeper] = path;
  const kind = kindOf(path.at(-1) ?? '');
  // A path is what other commands take (`settings set --set a_b.c=1`), so it keeps its spelling.
  const label = cleanLine(deeper.length === 0 ? first.replaceAll('_', ' ') : path.join('.'));
  return [{ label, value: isEmpty(value) ? null : value, ...(kind && { kind }) }];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isEmpty = (value: unknown) =>
  isObject(value) && !(value instanceof Date) && Object.keys(value).length === 0;

/** An object, or a list that holds objects: too much for one line. */
function isBranch(value: unknown): value is object {
  if (!isObject(value) || value instanceof Date || isEmpty(value)) return false;
  return !Array.isArray(value) || value.some(isObject);
}
