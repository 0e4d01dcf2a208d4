import { csvRecord } from './csv.js';
import { layoutFor, type Format, type Surface } from './forms.js';
import { renderJsonLine } from './json.js';
import type { Column, Row, RowStream } from './port.js';
import { applyQuery } from './query.js';
import { cleanText } from './sanitise.js';
import { StreamingTable } from './table.js';
import type { Sink } from './writer.js';

export interface StreamOptions {
  readonly columns: readonly Column[];
  readonly format: Format;
  readonly query?: string;
  readonly surface: Surface;
  readonly sink: Sink;
}

/** Forms that carry text as it is, for programs; a terminal must not get it so. */
const RAW: ReadonlySet<Format> = new Set(['yaml', 'csv']);

async function renderRow(
  row: unknown,
  options: StreamOptions,
  table: StreamingTable,
  first: boolean,
): Promise<string> {
  const isObject = typeof row === 'object' && row !== null && !Array.isArray(row);
  if (options.format === 'json' || options.format === 'ndjson') return renderJsonLine(row);
  if (options.format === 'yaml') {
    const { stringify } = await import('yaml');
    return `---\n${stringify(row, { lineWidth: 0 })}`;
  }
  if (!isObject) return `${cleanText(typeof row === 'string' ? row : JSON.stringify(row))}\n`;
  const record: Row = { ...row };
  if (options.format === 'csv') {
    const keys = options.columns.map((column) => column.key);
    return (first ? csvRecord(keys) : '') + csvRecord(keys.map((key) => record[key]));
  }
  return table.row(record);
}

/** Rows written as they come; each write waits until the reader has taken it. */
export function openRowStream(options: StreamOptions): RowStream {
  let first = true;
  let table: StreamingTable | undefined;
  return {
    async write(row) {
      table ??= new StreamingTable(options.columns, await layoutFor(options.surface));
      const shown = options.query === undefined ? row : await applyQuery(options.query, row);
      const text = await renderRow(shown, options, table, first);
      first = false;
      await options.sink.write(options.surface.isTTY && RAW.has(options.format) ? cleanText(text) : text);
    },
  };
}
