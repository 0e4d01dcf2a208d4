import { loadPaint, paintPatch } from './colour.js';
import { renderCsv } from './csv.js';
import { renderJson, renderJsonLine } from './json.js';
import { objectView } from './nested.js';
import type { Result, View } from './port.js';
import { renderRecord } from './record.js';
import { columnsOf, isRow, itemsOf, rowsOf } from './rows.js';
import { cleanText } from './sanitise.js';
import { renderTable, type TableLayout } from './table.js';

export const FORMATS = ['table', 'json', 'yaml', 'csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

/** What the place of the output can show. */
export interface Surface {
  readonly isTTY: boolean;
  readonly colour: boolean;
  readonly width?: number;
}

export async function layoutFor(surface: Surface): Promise<TableLayout> {
  return {
    paint: await loadPaint(surface.colour),
    ...(surface.isTTY && { now: new Date(), width: surface.width ?? 80 }),
  };
}

function viewOf(data: unknown): View {
  if (Array.isArray(data)) {
    const rows = itemsOf(data);
    if (data.every((item) => !isRow(item)))
      return {
        kind: 'text',
        text: data.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n'),
      };
    return { kind: 'table', columns: columnsOf(rows), rows };
  }
  if (isRow(data)) return objectView(data);
  return { kind: 'text', text: typeof data === 'string' ? data : JSON.stringify(data ?? null) };
}

async function renderView(view: View, surface: Surface): Promise<string> {
  if (view.kind === 'text') {
    const text = cleanText(view.text);
    return text === '' || text.endsWith('\n') ? text : `${text}\n`;
  }
  if (view.kind === 'patch') return paintPatch(await loadPaint(surface.colour), cleanText(view.text));
  const layout = await layoutFor(surface);
  if (view.kind === 'sections') {
    const parts = await Promise.all(
      view.sections.map(async ({ title, view: part }) => {
        const text = await renderView(part, surface);
        return title === undefined ? text : `${layout.paint?.bold(title) ?? title}\n${text}`;
      }),
    );
    return parts.join('\n');
  }
  if (view.kind === 'record') return renderRecord(view.fields, layout);
  if (view.rows.length > 0) return renderTable(view.columns, view.rows, layout);
  // A script counting lines must see none; a person must see that the answer is "nothing".
  return surface.isTTY ? `${view.empty ?? 'Nothing to show.'}\n` : '';
}

async function renderYaml(data: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(JSON.parse(JSON.stringify(data ?? null)), { lineWidth: 0 });
}

function csvOf(result: Result): string {
  const { view } = result;
  if (result.rows === undefined && view?.kind === 'table')
    return renderCsv(
      view.columns.map((column) => column.key),
      view.rows,
    );
  const rows = rowsOf(result);
  return renderCsv(
    columnsOf(rows).map((column) => column.key),
    rows,
  );
}

/** Renders a finished result. Json, yaml and ndjson show `data`; table and csv show the view. */
export async function renderResult(result: Result, format: Format, surface: Surface): Promise<string> {
  switch (format) {
    case 'json':
      return renderJson(result.data);
    case 'ndjson':
      return rowsOf(result).map(renderJsonLine).join('');
    case 'yaml': {
      const text = await renderYaml(result.data);
      return surface.isTTY ? cleanText(text) : text;
    }
    case 'csv': {
      const text = csvOf(result);
      return surface.isTTY ? cleanText(text) : text;
    }
    case 'table':
      return renderView(result.view ?? viewOf(result.data), surface);
  }
}

/** Renders the outcome of `--query`, which need not be an object. */
export async function renderQueried(data: unknown, format: Format, surface: Surface): Promise<string> {
  if (format === 'json') return renderJson(data);
  const text = format === 'yaml' ? await renderYaml(data) : undefined;
  if (text !== undefined) return surface.isTTY ? cleanText(text) : text;
  if (format === 'table') return renderView(viewOf(data), surface);
  return renderResult({ data: {}, rows: itemsOf(data) }, format, surface);
}
