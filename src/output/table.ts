import { cellText } from './cell.js';
import { paintCell, plainPaint, type Paint } from './colour.js';
import type { CellKind, Column, Row } from './port.js';
import { cutTo, textWidth } from './width.js';

export interface TableLayout {
  /** Columns of the terminal; without it (a pipe, a file) nothing is cut. */
  readonly width?: number;
  /** Present on a terminal: times are shown relative to it. */
  readonly now?: Date;
  readonly paint?: Paint;
}

/** A column with the room it has. */
interface Slot {
  readonly column: Column;
  width: number;
}

interface Cell {
  readonly text: string;
  readonly kind: CellKind | undefined;
  readonly width: number;
}

const GAP = '  ';
const NARROWEST_TEXT = 8;
/** Text of later rows may be longer than that of the first: a stream gives it what room is left, up to this. */
const ROOMY_TEXT = 32;

const mayShrink = ({ column }: Slot) => (column.kind ?? 'text') === 'text';

/** Shrinks text columns, the widest first, until all fit; false when even that is not enough. */
function shrinkTo(slots: readonly Slot[], width: number): boolean {
  let excess = slots.reduce((sum, slot) => sum + slot.width, 0) + GAP.length * (slots.length - 1) - width;
  while (excess > 0) {
    const shrinkable = slots.filter((slot) => mayShrink(slot) && slot.width > NARROWEST_TEXT);
    const [first, ...others] = shrinkable;
    if (first === undefined) return false;
    const widest = others.reduce((most, slot) => (slot.width > most.width ? slot : most), first);
    widest.width -= 1;
    excess -= 1;
  }
  return true;
}

/** Shares the room left over among the text columns. */
function growInto(slots: readonly Slot[], width: number): void {
  let room = width - slots.reduce((sum, slot) => sum + slot.width, 0) - GAP.length * (slots.length - 1);
  for (let grown = true; grown && room > 0;) {
    grown = false;
    for (const slot of slots) {
      if (room <= 0 || !mayShrink(slot) || slot.width >= ROOMY_TEXT) continue;
      slot.width += 1;
      room -= 1;
      grown = true;
    }
  }
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
  if (width !== undefined && !shrinkTo(slots, width)) return stacked(slots, rows, layout);
  const lines = rows.map((row) =>
    line(
      slots.map((slot) => ({ text: text(row, slot.column), kind: slot.column.kind, width: slot.width })),
      paint,
    ),
  );
  return `${[headerLine(slots, paint), ...lines].join('\n')}\n`;
}

/**
 * Rows of a live stream arrive one by one. The first one gives the widths, since ids of one kind are equally long; an
 * identifier that is longer widens its column from there on. What a terminal cannot hold is shown in blocks.
 */
export class StreamingTable {
  readonly #layout: TableLayout;
  readonly #slots: readonly Slot[];
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
    const texts = this.#slots.map(({ column: { key, kind } }) => cellText(row[key], kind, now));
    const first = this.#stacks === undefined;
    this.#slots.forEach((slot, i) => {
      if (first || width === undefined || !mayShrink(slot))
        slot.width = Math.max(slot.width, textWidth(texts[i] ?? ''));
    });
    this.#stacks ??= width !== undefined && !shrinkTo(this.#slots, width);
    if (first && width !== undefined) growInto(this.#slots, width);
    if (this.#stacks)
      return `${first ? '' : '\n'}${stacked(this.#slots, [row], { ...this.#layout, ...(now && { now }) })}`;
    const cells = this.#slots.map((slot, i) => ({
      text: texts[i] ?? '',
      kind: slot.column.kind,
      width: slot.width,
    }));
    return `${first ? `${headerLine(this.#slots, paint)}\n` : ''}${line(cells, paint)}\n`;
  }
}
