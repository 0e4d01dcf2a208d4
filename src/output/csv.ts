import type { Row } from './port.js';

const NEEDS_QUOTES = /[",\r\n]/u;
/** A spreadsheet runs a cell that starts so as a formula; outside text must not be able to do that. */
const FORMULA = /^[=+\-@\t\r]/u;

function field(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text =
    value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One record by RFC 4180, ended by CRLF. */
export function csvRecord(values: readonly unknown[]): string {
  return `${values.map(field).join(',')}\r\n`;
}

export function renderCsv(keys: readonly string[], rows: readonly Row[]): string {
  return csvRecord(keys) + rows.map((row) => csvRecord(keys.map((key) => row[key]))).join('');
}
