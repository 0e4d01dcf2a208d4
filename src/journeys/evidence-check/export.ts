import { open, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { errorCode, ThothctlError } from '../../errors/index.js';
import { exportLines, isEvidenceRecord, type EvidenceRecord } from '../../evidence/index.js';
import type { GovApi } from '../../govapi/client.js';
import { ChainDownload } from './download.js';
import { servedKeys } from './keys.js';
import { knownHead } from './saved-head.js';

export interface ExportOptions {
  readonly signal?: AbortSignal;
  readonly onPage?: (records: number, of: number) => void;
}

/** Writes the whole chain with keys and signed head to a file that verifies without a connection. */
export async function exportChain(
  api: Pick<GovApi, 'call' | 'tenantId'>,
  path: string,
  options: ExportOptions,
): Promise<{ readonly file: string; readonly records: number; readonly bytes: number }> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const keys = await servedKeys(api, options.signal);
  const download = new ChainDownload(api, { signal: options.signal, onPage: options.onPage });
  let lines = 0;
  let bytes = 0;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      const content = {
        tenantId: api.tenantId,
        keys,
        records: completeRecords(download),
        head: () => Promise.resolve(signedEnd(download)),
      };
      for await (const line of exportLines(content)) {
        await file.write(line);
        lines += 1;
        bytes += Buffer.byteLength(line);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    if (cause instanceof ThothctlError || options.signal?.aborted) throw cause;
    const reason = errorCode(cause) ?? 'unknown error';
    throw new ThothctlError({
      code: 'export_not_written',
      message: `the export could not be written to ${path} (${reason}); nothing was left half-written`,
      exit: 'usage',
      fix: 'name a file in a directory you may write to, with room for it',
      cause,
    });
  }
  return { file: path, records: lines - 2, bytes };
}

function signedEnd(download: ChainDownload) {
  const head = knownHead(download.head);
  if (head !== undefined) return head;
  throw new ThothctlError({
    code: 'unexpected_reply',
    message: 'the control plane sent no signed head with its evidence',
    exit: 'unexpected',
  });
}

async function* completeRecords(download: ChainDownload): AsyncGenerator<EvidenceRecord> {
  for await (const row of download.records()) {
    const record: unknown = row;
    if (!isEvidenceRecord(record)) {
      throw new ThothctlError({
        code: 'unexpected_reply',
        message: `record ${row.chain_index} of the export is not a complete evidence record`,
        exit: 'unexpected',
      });
    }
    yield record;
  }
}
