import { ThothctlError } from '../../errors/index.js';
import { verifyFile, verifyRecords, type VerifyOutcome } from '../../evidence/index.js';
import type { GovApi } from '../../govapi/client.js';
import { ChainDownload } from './download.js';
import { readKeys, servedKeys, withPinned } from './keys.js';
import { outcomeReport, type EvidenceReport } from './report.js';
import { knownHead, readSavedHead, saveHead, savedHeadPlace } from './saved-head.js';

type EvidenceApi = Pick<GovApi, 'call' | 'tenantId' | 'baseUrl'>;

export interface DownloadCheck {
  /** Head to hold the chain against and to replace afterwards; by default one kept per tenant. */
  readonly headFile: string | undefined;
  readonly keysFile: string | undefined;
  readonly notice: (text: string) => void;
  readonly onPage?: (records: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Downloads the chain and recomputes it here: hashes, links, signatures, and that it still contains the end seen
 * last time. A control plane without the export is asked for its own verdict instead, and the report says so.
 */
export async function verifyDownloaded(api: EvidenceApi, check: DownloadCheck): Promise<EvidenceReport> {
  try {
    return await recompute(api, check);
  } catch (cause) {
    if (!(cause instanceof ThothctlError) || cause.code !== 'not_supported_by_server') throw cause;
    check.notice('This control plane does not export evidence; it was asked for its own verdict instead.');
    return verifyAtServer(api, check.signal);
  }
}

/** The control plane's own verdict. */
export async function verifyAtServer(
  api: Pick<GovApi, 'call'>,
  signal?: AbortSignal,
  limit?: number,
): Promise<EvidenceReport> {
  const verdict = await api.call(
    'verifyEvidenceChain',
    { query: limit === undefined ? {} : { limit } },
    { signal },
  );
  return {
    ...verdict,
    outcome: verdict.verified ? 'verified' : 'failed',
    method: 'server',
    breach_detail: verdict.breach_detail ?? null,
  };
}

/** Verifies a file: an export, a page of the chain or a session bundle. Opens no socket. */
export async function verifyLocalFile(
  path: string,
  trust: { readonly headFile: string | undefined; readonly keysFile: string | undefined },
): Promise<EvidenceReport> {
  const saved = trust.headFile === undefined ? undefined : await readSavedHead(trust.headFile);
  const keys = trust.keysFile === undefined ? undefined : await readKeys(trust.keysFile);
  const outcome = await verifyFile(path, {
    ...(keys === undefined ? {} : { keys }),
    ...(saved === undefined ? {} : { head: saved.head }),
  });
  return outcomeReport(outcome, 'file');
}

async function recompute(api: EvidenceApi, check: DownloadCheck): Promise<EvidenceReport> {
  const place = check.headFile ?? savedHeadPlace(api.baseUrl, api.tenantId);
  const saved = await readSavedHead(place);
  const trusted = check.keysFile === undefined ? undefined : await readKeys(check.keysFile);
  const keys = trusted ?? withPinned(await servedKeys(api, check.signal), saved?.keys ?? []);
  const download = new ChainDownload(api, { signal: check.signal, onPage: check.onPage });
  const options = { keys, tenantId: api.tenantId };
  const chain = await verifyRecords(download.records(), { ...options, head: saved?.head });
  if (chain.outcome !== 'verified' || download.head === undefined) {
    return { ...outcomeReport(chain, 'download'), ...(saved && { held_against: place }) };
  }
  const end = { chain_index: chain.last_index, hash: chain.last_hash };
  const head: unknown = download.head;
  const signedEnd = await verifyRecords([], { ...options, startAfter: end, head });
  if (signedEnd.outcome !== 'verified') return outcomeReport(signedEnd, 'download');
  await keepHead(place, { head: download.head, keys }, check);
  return outcomeReport({ ...chain, head_checked: true } satisfies VerifyOutcome, 'download');
}

async function keepHead(
  place: string,
  saved: { readonly head: unknown; readonly keys: Awaited<ReturnType<typeof servedKeys>> },
  check: DownloadCheck,
): Promise<void> {
  const head = knownHead(saved.head);
  if (head === undefined) return;
  try {
    await saveHead(place, { head, keys: saved.keys });
  } catch (cause) {
    if (check.headFile !== undefined) throw cause;
    check.notice(
      `The end of the chain could not be kept in ${place}, so a later truncation would go unnoticed.`,
    );
  }
}
