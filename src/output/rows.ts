import { kindOf } from './record.js';
import type { Column, Result, Row } from './port.js';
import { cleanLine } from './sanitise.js';

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const wrapped = (value: unknown): Row => (isRow(value) ? value : { value });

/** Members by which an envelope without items still shows that it is one. */
const LIST_MEMBERS = ['data', 'items', 'total', 'count'];

/**
 * Items of a value: an array itself, or the one array of a list envelope, or the value as the only item. A thing that
 * happens to hold one empty list is not an envelope.
 */
export function itemsOf(data: unknown): readonly Row[] {
  if (Array.isArray(data)) return data.map(wrapped);
  if (!isRow(data)) return [wrapped(data)];
  const lists = Object.values(data).filter((member) => Array.isArray(member));
  const [list] = lists;
  if (lists.length !== 1 || !Array.isArray(list) || !list.every(isRow)) return [data];
  return list.length > 0 || LIST_MEMBERS.some((name) => name in data) ? list.map(wrapped) : [data];
}

/** Rows for the forms that know only rows (csv, ndjson). */
export function rowsOf(result: Result): readonly Row[] {
  if (result.rows !== undefined) return result.rows;
  if (result.view?.kind === 'table') return result.view.rows;
  return result.view?.kind === 'record' && isRow(result.data) ? [result.data] : itemsOf(result.data);
}

/** Columns for rows nobody declared columns for: every key, in order of first appearance. */
export function columnsOf(rows: readonly Row[]): Column[] {
  const keys = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...keys].map((key) => {
    const kind = kindOf(key);
    return { key, header: cleanLine(key.replaceAll('_', ' ').toUpperCase()), ...(kind && { kind }) };
  });
}
