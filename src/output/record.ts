import { cellText } from './cell.js';
import { paintCell, plainPaint } from './colour.js';
import type { CellKind } from './port.js';
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
      const gap = ' '.repeat(widest - textWidth(label) + 2);
      return (
        `${paint.bold(label)}${gap}${paintCell(paint, kind, cellText(value, kind, layout.now))}`.trimEnd() +
        '\n'
      );
    })
    .join('');
}

const TIME_KEY = /(?:_at|_time|timestamp|expires|_until)$/u;
const ID_KEY = /(?:^id|_id|_hash|_token|hash)$/u;

/** Guesses how a member of an unknown object is shown, from its name. */
export function kindOf(key: string): CellKind | undefined {
  if (TIME_KEY.test(key)) return 'time';
  return ID_KEY.test(key) ? 'id' : undefined;
}

/** Fields of an object nobody wrote a view for. */
export function fieldsOf(data: object): Field[] {
  return Object.entries(data).map(([key, value]) => {
    const kind = kindOf(key);
    return { label: key.replaceAll('_', ' '), value, ...(kind && { kind }) };
  });
}
