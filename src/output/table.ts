import { cellText } from './cell.js';
import { paintCell, plainPaint, type Paint } from './colour.js';
import type { Column, Row } from './port.js';
import { cutTo, textWidth } from './width.js';

export interface TableLayout {
  /** Columns of the terminal; without it (a pipe, a file) nothing is cut. */
  readonly width?: number;
  /** Present on a terminal: times are shown relative to it. */
  readonly now?: Date;
  readonly paint?: Paint;
}

const GAP = '  ';
const NARROWEST_TEXT = 8;

const mayShrink = (column: Column) => (column.kind ?? 'text') === 'text';

/** Widths that fit, shrinking text columns only, the widest first; undefined when even that does not fit. */
function fit(columns: readonly Column[], natural: readonly number[], width: number): number[] | undefined {
  const widths = [...natural];
  let excess = widths.reduce((sum, w) => sum + w, 0) + GAP.length * (columns.length - 1) - width;
  while (excess > 0) {
    let widest = -1;
    for (const [i, column] of columns.entries())
      if (mayShrink(column) && widths[i]! > NARROWEST_TEXT && (widest < 0 || widths[i]! > widths[widest]!))
        widest = i;
    if (widest < 0) return undefined;
    widths[widest]! -= 1;
    excess -= 1;
  }
  return widths;
}

function line(
  cells: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
  paint: Paint,
): string {
  const shown = cells.map((cell, i) => {
    const cut = cutTo(cell, widths[i]!);
    const pad = ' '.repeat(Math.max(0, widths[i]! - textWidth(cut)));
    const kind = columns[i]!.kind;
    const painted = paintCell(paint, kind, cut);
    if (kind === 'number') return pad + painted;
    return i === cells.length - 1 ? painted : painted + pad;
  });
  return shown.join(GAP).trimEnd();
}

/** One block per row, for terminals too narrow for the table: identifiers stay whole. */
function stacked(columns: readonly Column[], rows: readonly (readonly string[])[], paint: Paint): string {
  const label = Math.max(...columns.map((column) => textWidth(column.header)));
  return rows
    .map((cells) =>
      cells
        .map((cell, i) => {
          const header = columns[i]!.header;
          return `${paint.bold(header)}${' '.repeat(label - textWidth(header))}${GAP}${paintCell(paint, columns[i]!.kind, cell)}`;
        })
        .join('\n'),
    )
    .join('\n\n');
}

/** Renders rows in aligned columns. Identifiers are never cut; only text columns shrink, and only on a terminal. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly Row[],
  layout: TableLayout = {},
): string {
  const paint = layout.paint ?? plainPaint;
  const cells = rows.map((row) =>
    columns.map((column) => cellText(row[column.key], column.kind, layout.now)),
  );
  const natural = columns.map((column, i) =>
    cells.reduce((most, row) => Math.max(most, textWidth(row[i]!)), textWidth(column.header)),
  );
  const widths = layout.width === undefined ? natural : fit(columns, natural, layout.width);
  if (widths === undefined) return `${stacked(columns, cells, paint)}\n`;
  const head = line(
    columns.map((column) => column.header),
    columns.map(({ kind, ...column }) => (kind === 'number' ? { ...column, kind } : column)),
    widths,
    plainPaint,
  );
  return [paint.bold(head), ...cells.map((row) => line(row, columns, widths, paint))].join('\n') + '\n';
}

/** Rows of a live stream arrive one by one, so the widths are fixed by kind before the first row. */
export class StreamingTable {
  readonly #columns: readonly Column[];
  readonly #layout: TableLayout;
  readonly #widths: number[];

  constructor(columns: readonly Column[], layout: TableLayout = {}) {
    this.#columns = columns;
    this.#layout = layout;
    const usual = { time: layout.now ? 10 : 24, id: 20, number: 8, state: 9, text: 24 } as const;
    this.#widths = columns.map((column) => Math.max(usual[column.kind ?? 'text'], textWidth(column.header)));
  }

  header(): string {
    const cells = this.#columns.map((column) => column.header);
    const plain = this.#columns.map(({ key, header }) => ({ key, header }));
    return `${(this.#layout.paint ?? plainPaint).bold(line(cells, plain, this.#widths, plainPaint))}\n`;
  }

  row(row: Row): string {
    const cells = this.#columns.map((column) =>
      cellText(row[column.key], column.kind, this.#layout.now && new Date()),
    );
    const widths = this.#widths.map((width, i) =>
      this.#layout.now && mayShrink(this.#columns[i]!) && i < cells.length - 1
        ? width
        : Math.max(width, textWidth(cells[i]!)),
    );
    return `${line(cells, this.#columns, widths, this.#layout.paint ?? plainPaint)}\n`;
  }
}
