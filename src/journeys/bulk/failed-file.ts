import { basename, dirname, extname, join } from 'node:path';
import { replaceFile } from '../../output/index.js';
import { STDIN } from './read-source.js';

const MARK = '.failed';

/**
 * Where the rows that failed go: beside the input, marked. A file of failures keeps its name, so that running it again
 * until nothing is left needs no thought.
 */
export function failedFileName(input: string, what: string, format: string): string {
  if (input === STDIN) return `${what}${MARK}.${format}`;
  const extension = extname(input);
  const stem = basename(input, extension);
  const marked = stem.endsWith(MARK) ? stem : `${stem}${MARK}`;
  return join(dirname(input), `${marked}${extension === '' ? `.${format}` : extension}`);
}

/** Rows may name people, so the file is its owner's. */
export function writeFailedFile(path: string, text: string): Promise<void> {
  return replaceFile(path, text, 0o600);
}
