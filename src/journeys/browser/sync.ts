import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode, ThothctlError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import { replaceFile, type View } from '../../output/index.js';
import { SYNC_COLUMNS } from './columns.js';
import { defaultDirectory, foldersIn, systemFolders } from './places.js';
import { policyFiles, type Browser, type PolicyFile } from './policy-files.js';
import { readSyncedFiles, saveSyncedFiles, type SyncedFiles } from './synced-files.js';

export interface SyncOptions {
  /** Undefined: a folder of the user's own. */
  readonly directory: string | undefined;
  /** Put the policies where the browsers of this machine read them. */
  readonly system: boolean;
  /** Replace files that no sync has written. */
  readonly overwrite: boolean;
  readonly provider: Browser | undefined;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

interface SyncedFile {
  readonly provider: Browser | null;
  readonly policies: readonly string[];
  readonly path: string;
  readonly state: 'written' | 'to write' | 'unchanged' | 'removed' | 'to remove';
}

export interface SyncReport {
  readonly tenant_id: string;
  readonly dry_run: boolean;
  readonly files: readonly SyncedFile[];
  /** Controls that the browser of a policy has no setting for. */
  readonly unsupported: readonly { readonly policy_id: string; readonly controls: readonly string[] }[];
}

/**
 * Writes the compiled form of every active policy, and removes what an earlier sync of the tenant wrote to the same
 * folders and is no longer active.
 * @throws ThothctlError `conflict` for a file of somebody else, before anything is written.
 */
export async function syncPolicies(
  api: Pick<GovApi, 'call' | 'tenantId'>,
  options: SyncOptions,
): Promise<SyncReport> {
  const { provider, dryRun, signal } = options;
  const query = provider === undefined ? {} : { provider };
  const { data } = await api.call('listBrowserPolicies', { query }, { signal });
  const active = data.filter((policy) => policy.active && (provider ?? policy.provider) === policy.provider);

  const directory = resolve(options.directory ?? defaultDirectory(api.tenantId));
  const folders = options.system ? systemFolders(directory) : foldersIn(directory);
  const wanted = policyFiles(active, folders);
  const known = await readSyncedFiles();
  const kept = new Set(wanted.map(({ path }) => path));
  const ours = new Set(provider === undefined ? Object.values(folders) : [folders[provider]]);
  const stale = [...known]
    .filter(([path, tenant]) => tenant === api.tenantId && ours.has(dirname(path)) && !kept.has(path))
    .map(([path]) => path);

  const changed = await changedFiles(wanted, known, api.tenantId, options.overwrite);
  if (!dryRun) {
    // Recorded first: a sync that is cut short must know its files again.
    const recorded = new Map([...known, ...wanted.map(({ path }): [string, string] => [path, api.tenantId])]);
    await saveSyncedFiles(recorded);
    for (const { path, content } of changed) await writePolicy(path, content);
    for (const path of stale) {
      await rm(path, { force: true }).catch((cause: unknown) => {
        throw denied(path, cause);
      });
      recorded.delete(path);
    }
    if (stale.length > 0) await saveSyncedFiles(recorded);
  }
  return {
    tenant_id: api.tenantId,
    dry_run: dryRun,
    files: [
      ...wanted.map((file): SyncedFile => ({
        provider: file.provider,
        policies: file.policies,
        path: file.path,
        state: !changed.includes(file) ? 'unchanged' : dryRun ? 'to write' : 'written',
      })),
      ...stale.map((path): SyncedFile => ({
        provider: null,
        policies: [],
        path,
        state: dryRun ? 'to remove' : 'removed',
      })),
    ],
    unsupported: active
      .filter(({ unsupported_controls: controls }) => (controls ?? []).length > 0)
      .map(({ policy_id, unsupported_controls: controls }) => ({ policy_id, controls: controls ?? [] })),
  };
}

export function syncView(report: SyncReport): View {
  const rows = report.files.map((file) => ({ ...file, policies: file.policies.join(', ') }));
  return { kind: 'table', columns: SYNC_COLUMNS, rows, empty: 'No active browser policies.' };
}

async function changedFiles(
  wanted: readonly PolicyFile[],
  known: SyncedFiles,
  tenantId: string,
  overwrite: boolean,
): Promise<PolicyFile[]> {
  const changed: PolicyFile[] = [];
  for (const file of wanted) {
    const present = await readFile(file.path, 'utf8').catch((cause: unknown) => {
      if (errorCode(cause) === 'ENOENT') return undefined;
      throw denied(file.path, cause);
    });
    if (present === file.content) continue;
    if (present !== undefined && known.get(file.path) !== tenantId && !overwrite) {
      throw new ThothctlError({
        code: 'browser_policy_not_ours',
        message: `${file.path} was not written by a sync of this tenant`,
        exit: 'conflict',
        fix: 'look at it, and use --overwrite to replace it, or name another place with --directory',
      });
    }
    changed.push(file);
  }
  return changed;
}

/** Readable by everybody: the browser runs as another user than the one who may write here. */
async function writePolicy(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await replaceFile(path, content, 0o644);
  } catch (cause) {
    throw denied(path, cause);
  }
}

function denied(path: string, cause: unknown): ThothctlError {
  const source = cause instanceof ThothctlError ? cause.cause : cause;
  const reason = errorCode(source) ?? 'unknown error';
  return new ThothctlError({
    code: 'browser_policy_not_written',
    message: `${path} cannot be written (${reason})`,
    exit: 'usage',
    fix: 'run as a user who may write there, or name another place with --directory',
    cause,
  });
}
