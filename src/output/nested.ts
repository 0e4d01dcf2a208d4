import type { Row, View } from './port.js';
import { fieldsOf } from './record.js';
import { columnsOf, isRow } from './rows.js';
import { cleanLine } from './sanitise.js';

interface List {
  readonly path: readonly string[];
  readonly rows: readonly Row[];
}

/** An object nobody wrote a view for: its fields, and below them each list of objects in it as a table of its own. */
export function objectView(data: object): View {
  const lists: List[] = [];
  const fields = fieldsOf(withoutLists(data, [], lists));
  if (lists.length === 0) return { kind: 'record', fields };
  const tables = lists.map(({ path, rows }) => ({
    title: cleanLine(path.join(' ').replaceAll('_', ' ').toUpperCase()),
    view: { kind: 'table', columns: columnsOf(rows), rows } as const,
  }));
  return {
    kind: 'sections',
    sections: fields.length === 0 ? tables : [{ view: { kind: 'record', fields } }, ...tables],
  };
}

function withoutLists(data: object, path: readonly string[], lists: List[]): object {
  const rest = Object.entries(data).flatMap(([key, value]: [string, unknown]) => {
    const at = [...path, key];
    if (Array.isArray(value) && value.length > 0 && value.every(isRow)) {
      lists.push({ path: at, rows: value });
      return [];
    }
    return [[key, isRow(value) && !(value instanceof Date) ? withoutLists(value, at, lists) : value]];
  });
  return Object.fromEntries(rest);
}
