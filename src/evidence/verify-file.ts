import { readFile, stat } from 'node:fs/promises';
import { ThothctlError } from '../errors/index.js';
import { verifyBundle } from './bundle.js';
import { EXPORT_TYPE } from './export-file.js';
import { isEvidenceKey, isEvidenceRecord, isObject } from './narrow.js';
import { unverifiable, type VerifyOutcome } from './outcome.js';
import { readLines, type Line } from './read-lines.js';
import type { EvidenceKey } from './types.js';
import { verifyExport } from './verify-export.js';
import { verifyRecords, type VerifyOptions } from './verify-records.js';

/** Exports stream; any other document has to fit in memory. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

/** As for records; `keys`, when given, are the only ones trusted, else the file's own are used. */
export type VerifyFileOptions = Partial<VerifyOptions>;

/**
 * Verifies a file without opening a socket. Reads an export (NDJSON with header and signed head), plain records one per
 * line, a JSON array of records, a page of the chain (`data` or `chain`) or a session bundle. Throws
 * `evidence_file_unreadable` when the file cannot be read; everything else is an outcome.
 */
export async function verifyFile(path: string, options: VerifyFileOptions = {}): Promise<VerifyOutcome> {
  try {
    const lines = readLines(path);
    const first = await lines.next();
    if (first.done) return unverifiable('not_evidence', 'the file is empty');
    const head = parse(first.value.text);
    if (isObject(head) && head['type'] === EXPORT_TYPE && first.value.text !== undefined) {
      return await verifyExport(first.value.text, lines, options);
    }
    if (isEvidenceRecord(head) && !first.value.last) {
      return await verifyRecords(parsedLines(first.value, lines), { ...options, keys: options.keys ?? [] });
    }
    await lines.return(undefined);
    return await verifyDocument(await readDocument(path), options);
  } catch (error) {
    if (error instanceof ThothctlError) throw error;
    throw new ThothctlError({
      code: 'evidence_file_unreadable',
      message: `${path} cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`,
      exit: 'usage',
      cause: error,
    });
  }
}

async function readDocument(path: string): Promise<unknown> {
  if ((await stat(path)).size > MAX_DOCUMENT_BYTES) return undefined;
  return parse(await readFile(path, 'utf8'));
}

/** Verifies parsed JSON: an array of records, a page of the chain, or a session bundle. */
export async function verifyDocument(
  document: unknown,
  options: VerifyFileOptions = {},
): Promise<VerifyOutcome> {
  const keys = options.keys ?? ownKeys(document);
  if (Array.isArray(document)) return verifyRecords(document, { ...options, keys });
  if (!isObject(document)) return unverifiable('not_evidence', 'this is no evidence document');
  if ('bundle_hash' in document) return verifyBundle(document, keys);
  if (isEvidenceRecord(document)) return verifyRecords([document], { ...options, keys });
  const records = document['data'] ?? document['chain'];
  if (!Array.isArray(records)) return unverifiable('not_evidence', 'this is no evidence document');
  return verifyRecords(records, { ...options, keys });
}

function ownKeys(document: unknown): readonly EvidenceKey[] {
  const keys = isObject(document) ? document['keys'] : undefined;
  return Array.isArray(keys) ? keys.filter(isEvidenceKey) : [];
}

async function* parsedLines(first: Line, rest: AsyncIterable<Line>): AsyncGenerator<unknown> {
  yield parse(first.text);
  for await (const line of rest) yield parse(line.text);
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
