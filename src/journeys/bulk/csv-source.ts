import { readCsv, type CsvField, type CsvRecord } from './csv.js';
import type { Place, RowFault } from './place.js';
import { unknownMember } from './unknown-member.js';
import type { FieldKind, Fields, Locate, Source, SourceRow } from './source.js';

/** A cell of a list holds its entries between these. */
const LIST_SEPARATOR = ';';

/** Rows under a header that names the members. An empty cell says nothing. */
export function csvSource(text: string, fields: Fields): Source {
  const { records, faults: found } = readCsv(text);
  const faults: RowFault[] = [...found];
  const [header, ...body] = records;
  const names = header?.fields.map((field) => field.text.trim()) ?? [];
  for (const [index, name] of names.entries()) {
    const { line, column } = header?.fields[index] ?? { line: 1, column: 1 };
    if (name === '')
      faults.push({ line, column, message: 'a column has no name', fix: 'name it or remove it' });
    else if (names.indexOf(name) !== index)
      faults.push({ line, column, message: `the column ${name} stands twice`, fix: 'remove one' });
    else if (!Object.hasOwn(fields, name)) faults.push({ line, column, ...unknownMember(name, fields) });
  }
  const rows: SourceRow[] = body.map((record) => {
    if (record.fields.length !== names.length) {
      faults.push({
        ...startOf(record),
        message: `the row has ${record.fields.length} fields, the header ${names.length}`,
        fix: 'quote fields that contain commas, and give every column a field',
      });
    }
    const members = new Map<string, unknown>();
    for (const [index, name] of names.entries()) {
      const cell = record.fields[index];
      const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (kind === undefined || cell === undefined || cell.text.trim() === '') continue;
      const value = valueOf(cell.text, kind);
      if (value === undefined) faults.push(notA(cell, name, kind));
      else members.set(name, value);
    }
    return Object.fromEntries(members);
  });
  const locate: Locate = (row, member) => {
    const record = body[row];
    const cell = member === undefined ? undefined : record?.fields[names.indexOf(member)];
    return cell === undefined ? startOf(record) : { line: cell.line, column: cell.column };
  };
  return {
    rows,
    faults,
    locator: () => Promise.resolve(locate),
    text: (chosen) =>
      [header, ...chosen.map((row) => body[row])].map((each) => `${each?.raw ?? ''}\n`).join(''),
  };
}

function startOf(record: CsvRecord | undefined): Place {
  const { line, column } = record?.fields[0] ?? { line: 1, column: 1 };
  return { line, column };
}

function valueOf(text: string, kind: FieldKind): unknown {
  const trimmed = text.trim();
  switch (kind) {
    case 'number':
      return /^-?\d+(?:\.\d+)?$/u.test(trimmed) ? Number(trimmed) : undefined;
    case 'boolean':
      return /^true$/iu.test(trimmed) ? true : /^false$/iu.test(trimmed) ? false : undefined;
    case 'list':
      return trimmed.split(LIST_SEPARATOR).flatMap((entry) => entry.trim() || []);
    default:
      return trimmed;
  }
}

function notA({ line, column }: CsvField, name: string, kind: FieldKind): RowFault {
  const wanted = kind === 'boolean' ? 'true or false' : 'a number';
  return { line, column, message: `${name} must be ${wanted}`, fix: `write ${wanted}, or leave it empty` };
}
