import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { errorCode, usageError } from '../../errors/index.js';
import { csvSource } from './csv-source.js';
import { jsonSource, ndjsonSource, yamlSource } from './document-source.js';
import type { Fields, InputFormat, Source } from './source.js';

/** Names stdin in place of a file. */
export const STDIN = '-';
/** Far above any inventory; keeps a mistaken path from being read into memory. */
const LONGEST_INPUT = 64 * 1024 * 1024;

const BY_EXTENSION: Readonly<Record<string, InputFormat>> = {
  '.csv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.yaml': 'yaml',
  '.yml': 'yaml',
};

export interface ReadSource {
  readonly source: Source;
  readonly format: InputFormat;
  /** As messages name it. */
  readonly name: string;
}

/** Reads the rows of a file or of stdin. The format is the given one, that of the name, or what the text looks like. */
export async function readSource(
  path: string,
  given: InputFormat | undefined,
  fields: Fields,
): Promise<ReadSource> {
  const name = path === STDIN ? 'stdin' : path;
  const text = (path === STDIN ? await readStdin() : await readInput(path)).replace(/^\ufeff/u, '');
  const extension = extname(path).toLowerCase();
  const format =
    given ??
    (Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined) ??
    looksLike(text);
  return { source: await parse(text, format, fields), format, name };
}

function parse(text: string, format: InputFormat, fields: Fields): Source | Promise<Source> {
  switch (format) {
    case 'json':
      return jsonSource(text);
    case 'ndjson':
      return ndjsonSource(text);
    case 'yaml':
      return yamlSource(text);
    default:
      return csvSource(text, fields);
  }
}

function looksLike(text: string): InputFormat {
  const begin = text.trimStart();
  if (begin.startsWith('[')) return 'json';
  if (begin.startsWith('{')) return 'ndjson';
  return /^(?:#|---|- )/u.test(begin) ? 'yaml' : 'csv';
}

async function readInput(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`--from-file ${path} cannot be read: ${reason}`, 'give a readable file, or - for stdin');
  });
  return decoded([bytes], path);
}

async function readStdin(): Promise<string> {
  if (process.stdin.isTTY)
    throw usageError('--from-file - reads stdin, which is a terminal', 'pipe the rows in');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > LONGEST_INPUT) break;
    chunks.push(bytes);
  }
  return decoded(chunks, 'stdin', length);
}

function decoded(chunks: readonly Buffer[], name: string, length = chunks[0]?.length ?? 0): string {
  if (length > LONGEST_INPUT) throw usageError(`${name} is larger than 64 MiB`, 'split it');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw usageError(`${name} is not UTF-8 text`, 'save it as UTF-8');
  }
}
