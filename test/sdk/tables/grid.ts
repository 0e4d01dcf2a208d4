export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly outcome: string;
}

/** Cells of a table that is written out as text: first line the columns, first word of a line the row. */
export function cellsOf(table: string): Cell[] {
  const [head = '', ...lines] = table.trim().split('\n');
  const columns = head.trim().split(/\s+/);
  return lines.flatMap((line) => {
    const [row = '', ...outcomes] = line.trim().split(/\s+/);
    if (outcomes.length !== columns.length) throw new Error(`row ${row} has ${outcomes.length} cells`);
    return columns.map((column, index) => ({ row, column, outcome: outcomes[index] ?? '' }));
  });
}
