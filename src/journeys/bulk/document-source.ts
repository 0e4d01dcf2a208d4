import { jsonFault } from '../../errors/index.js';
import { PlacedDocument } from '../../policy/document.js';
import type { RowFault } from './place.js';
import { isJsonObject } from '../../json/object.js';
import { type Locate, type Source, type SourceRow } from './source.js';

/** A JSON document that is a list of objects. */
export function jsonSource(text: string): Source {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return listSource([], text, stringifyJson, [notJson(text)]);
  }
  return listSource(value, text, stringifyJson);
}

/** A YAML document that is a list of objects. */
export async function yamlSource(text: string): Promise<Source> {
  const document = await PlacedDocument.parse(text, '');
  const { stringify } = await import('yaml');
  const faults = document.faults.map(({ line, column, message, fix }) => ({
    line,
    column,
    message,
    fix: fix ?? 'repair the YAML',
  }));
  return listSource(faults.length > 0 ? [] : (document.value ?? []), text, (rows) => stringify(rows), faults);
}

/** One JSON object a line; blank lines count for nothing. */
export function ndjsonSource(text: string): Source {
  const faults: RowFault[] = [];
  const lines = text
    .split('\n')
    .map((content, index) => ({ content: content.replace(/\r$/u, ''), line: index + 1 }))
    .filter(({ content }) => content.trim() !== '');
  const rows = lines.map(({ content, line }) => {
    try {
      const value: unknown = JSON.parse(content);
      if (isJsonObject(value)) return value;
      faults.push({ line, column: 1, message: 'the line is no JSON object', fix: NO_OBJECT });
    } catch {
      faults.push({ ...notJson(content), line });
    }
    return {};
  });
  return {
    rows,
    faults,
    locator: () => Promise.resolve((row) => ({ line: lines[row]?.line ?? 1, column: 1 })),
    text: (chosen) => chosen.map((row) => `${lines[row]?.content ?? ''}\n`).join(''),
  };
}

const NO_OBJECT = 'write an object with the members of one row';

function listSource(
  value: unknown,
  text: string,
  stringify: (rows: readonly unknown[]) => string,
  found: readonly RowFault[] = [],
): Source {
  const faults = [...found];
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  if (!Array.isArray(value)) {
    faults.push({ line: 1, column: 1, message: 'the document is no list', fix: 'write a list of objects' });
  }
  const rows: SourceRow[] = list.map((entry) => (isJsonObject(entry) ? entry : {}));
  for (const [index, entry] of list.entries()) {
    if (isJsonObject(entry)) continue;
    faults.push({
      line: 1,
      column: 1,
      message: `entry ${index + 1} of the list is no object`,
      fix: NO_OBJECT,
    });
  }
  return {
    rows,
    faults,
    locator: async (): Promise<Locate> => {
      // JSON is YAML to a reader that only looks for places.
      const document = await PlacedDocument.parse(text, '');
      return (row, member) => {
        const { line, column } = document.place(member === undefined ? [row] : [row, member]);
        return { line, column };
      };
    },
    text: (chosen) => stringify(chosen.map((row) => list[row])),
  };
}

function stringifyJson(rows: readonly unknown[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function notJson(text: string): RowFault {
  const { line, column } = jsonFault(text);
  return { line, column, message: 'not valid JSON', fix: 'repair it here' };
}
