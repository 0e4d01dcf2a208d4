import { extname } from 'node:path';
import { operationEntry } from '../../contract/index.js';
import { usageError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { Result } from '../../output/index.js';
import { replaceFile } from '../../output/replace-file.js';
import { rawCall } from '../raw-call/index.js';

interface MonthOf {
  readonly year: number;
  readonly month: number;
}

const OPERATIONS = { '.csv': 'getBillingArtifactCsv', '.pdf': 'getBillingArtifactPdf' } as const;

/** Writes the statement of a billed month to a file, in the form of its name. */
export async function downloadStatement(
  api: () => Promise<GovApi>,
  { year, month }: MonthOf,
  file: string,
  signal: AbortSignal,
): Promise<Result> {
  const operation = operationFor(file);
  const govapi = await api();
  const path = operationEntry(operation)
    .path.replace('{tenantId}', encodeURIComponent(govapi.tenantId))
    .replace('{year}', String(year))
    .replace('{month}', String(month));
  const text = await rawCall(govapi, { method: 'GET', path, query: {}, body: undefined, signal });
  if (typeof text !== 'string') {
    throw usageError('the control plane sent no file', 'ask for the links with --json, and fetch them');
  }
  await replaceFile(file, text);
  return { data: { year, month, file, bytes: Buffer.byteLength(text) } };
}

function operationFor(file: string) {
  const extension = extname(file).toLowerCase();
  if (extension === '.csv' || extension === '.pdf') return OPERATIONS[extension];
  throw usageError(`${file} ends neither in .csv nor in .pdf`, 'name the file after the form it shall have');
}
