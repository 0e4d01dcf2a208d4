import { cellText } from './cell.js';
import { paintCell, plainPaint, type Paint } from './colour.js';
import { fitting, GAP, growInto, mayShrink, type Slot } from './fit.js';
import type { CellKind, Column, Row } from './port.js';
import { cutTo, textWidth } from './width.js';

export interface TableLayout {
  /** Columns of the terminal; without it (a pipe, a file) nothing is cut. */
  readonly width?: number;
  /** Present on a terminal: times are shown relative to it. */
  readonly now?: Date;
  readonly paint?: Paint;
}

interface Cell {
  readonly text: string;
  readonly kind: CellKind | undefined;
  readonly width: number;
}

function line(cells: readonly Cell[], paint: Paint): string {
  const shown = cells.map(({ text, kind, width }, i) => {
    const cut = cutTo(text, width);
    const pad = ' '.repeat(Math.max(0, width - textWidth(cut)));
    const painted = paintCell(paint, kind, cut);
    if (kind === 'number') return pad + painted;
    return i === cells.length - 1 ? painted : painted + pad;
  });
  return shown.join(GAP).trimEnd();
}

function headerLine(slots: readonly Slot[], paint: Paint): string {
  // Numbers stand to the right, and so do their headings; the other kinds only colour.
  const cells = slots.map(({ column, width }) => ({
    text: column.header,
    kind: column.kind === 'number' ? column.kind : undefined,
    width,
  }));
  return paint.bold(line(cells, plainPaint));
}

/** One block per row, for terminals too narrow for the table: identifiers stay whole. */
function stacked(
  slots: readonly Slot[],
  rows: readonly Row[],
  { now, paint = plainPaint }: TableLayout,
): string {
  const label = Math.max(...slots.map(({ column }) => textWidth(column.header)));
  const field = (row: Row, { column: { header, key, kind } }: Slot) =>
    `${paint.bold(header)}${' '.repeat(label - textWidth(header))}${GAP}${paintCell(paint, kind, cellText(row[key], kind, now))}`;
  return `${rows.map((row) => slots.map((slot) => field(row, slot)).join('\n')).join('\n\n')}\n`;
}

/** Renders rows in aligned columns. Identifiers are never cut; only text columns shrink, and only on a terminal. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly Row[],
  layout: TableLayout = {},
): string {
  const { now, paint = plainPaint, width } = layout;
  const text = (row: Row, { key, kind }: Column) => cellText(row[key], kind, now);
  const slots: Slot[] = columns.map((column) => ({
    column,
    width: rows.reduce((most, row) => Math.max(most, textWidth(text(row, column))), textWidth(column.header)),
  }));
  const saysNothing = ({ column }: Slot) => rows.every((row) => text(row, column) === '');
  const shown = width === undefined ? slots : fitting(slots, width, saysNothing);
  if (shown === undefined) return stacked(slots, rows, layout);
  const lines = rows.map((row) =>
    line(
      shown.map((slot) => ({ text: text(row, slot.column), kind: slot.column.kind, width: slot.width })),
      paint,
    ),
  );
  return `${[headerLine(shown, paint), ...lines].join('\n')}\n`;
}

/**
 * Rows of a live stream arrive one by one. The first one gives the widths, since ids of one kind are equally long; an
 * identifier that is longer widens its column from there on. What a terminal cannot hold is shown in blocks.
 */
export class StreamingTable {
  readonly #layout: TableLayout;
  #slots: readonly Slot[];
  #stacks: boolean | undefined;

  constructor(columns: readonly Column[], layout: TableLayout = {}) {
    this.#layout = layout;
    const usual = {
      time: layout.now ? 10 : 24,
      id: 12,
      number: 8,
      state: 9,
      text: layout.width ? 0 : 24,
    } as const;
    this.#slots = columns.map((column) => ({
      column,
      width: Math.max(usual[column.kind ?? 'text'], textWidth(column.header)),
    }));
  }

  /** Text of the next row, with the header before the first. */
  row(row: Row): string {
    const { width, paint = plainPaint } = this.#layout;
    const now = this.#layout.now && new Date();
    const textOf = ({ column: { key, kind } }: Slot) => cellText(row[key], kind, now);
    const first = this.#stacks === undefined;
    for (const slot of this.#slots)
      if (first || width === undefined || !mayShrink(slot))
        slot.width = Math.max(slot.width, textWidth(textOf(slot)));
    if (first) {
      // A column that is empty now may be filled by the next row.
      const shown = width === undefined ? this.#slots : fitting(this.#slots, width, () => false);
      this.#stacks = shown === undefined;
      this.#slots = shown ?? this.#slots;
      if (width !== undefined) growInto(this.#slots, width);
    }
    if (this.#stacks)
      return `${first ? '' : '\n'}${stacked(this.#slots, [row], { ...this.#layout, ...(now && { now }) })}`;
    const cells = this.#slots.map((slot) => ({
      text: textOf(slot),
      kind: slot.column.kind,
      width: slot.width,
    }));
    return `${first ? `${headerLine(this.#slots, paint)}\n` : ''}${line(cells, paint)}\n`;
  }
}
