import { stat } from 'node:fs/promises';
import { ThothctlError, usageError } from '../../errors/index.js';
import type { DesiredBundle, PolicyMode, PolicyStatus, RemoteBundle } from '../bundle.js';
import { bareHash, policyContent, policyHash } from '../content-hash.js';
import { diffPolicy, newestByName, pendingChanges } from '../diff.js';
import { faultyPolicy } from '../fault.js';
import { inParallel } from '../in-parallel.js';
import { policyOf } from '../load.js';
import { MANIFEST_NAMES } from '../manifest/read.js';
import { readPolicyFiles, type PolicyFiles } from '../read-files.js';
import { policyText, remoteBundles, type PolicyApi } from '../remote.js';
import { FileNames } from './file-names.js';
import { manifestText } from './manifest-text.js';
import { writeBelow } from './write-files.js';

const CONCURRENCY = 8;

export interface PullOptions {
  /** Replace files that were edited here. */
  readonly overwrite: boolean;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface PullReport {
  readonly tenant_id: string;
  readonly directory: string;
  readonly dry_run: boolean;
  /** Files that are, or would be, written. */
  readonly written: readonly string[];
  readonly unchanged: number;
  /** Bundles only the directory has; they are left alone. */
  readonly only_here: readonly string[];
}

interface Pulled {
  readonly bundle: RemoteBundle;
  readonly file: string;
  /** Undefined when the file already says it. */
  readonly text: string | undefined;
}

/**
 * Writes the newest version of every bundle, and the manifest that goes with them. A file that is none of the versions
 * the control plane knows was edited here, and stays unless `overwrite` is given.
 * @throws ThothctlError `local_edits` (exit 7) with everything that would be lost, before anything is written.
 */
export async function pullPolicy(
  api: PolicyApi,
  directory: string,
  options: PullOptions,
): Promise<PullReport> {
  const here = await filesOf(directory);
  const local = await policyOf(here);
  if (local.faults.some(({ severity }) => severity === 'error') && !options.overwrite)
    throw faultyPolicy(local.faults, 'nothing was pulled');
  const remote = await remoteBundles(api, options.signal);
  const newest = [...newestByName(remote).values()].sort((a, b) => (a.name < b.name ? -1 : 1));

  const pulled = await fetchTexts(api, newest, local.bundles, options);
  const manifest = await neededManifest(here, local.bundles, pulled);
  const edited = options.overwrite ? [] : edits(local.bundles, remote, pulled);
  if (manifest !== undefined && here.manifests.size > 0 && !options.overwrite) edited.push(manifest.file);
  if (edited.length > 0) throw localEdits(edited);

  const writes = pulled.flatMap(({ file, text }) => (text === undefined ? [] : [{ file, text }]));
  if (!options.dryRun)
    for (const { file, text } of [...writes, ...(manifest === undefined ? [] : [manifest])]) {
      options.signal?.throwIfAborted();
      await writeBelow(directory, file, text);
    }
  const there = new Set(newest.map(({ name }) => name));
  return {
    tenant_id: api.tenantId,
    directory,
    dry_run: options.dryRun,
    written: [...writes.map(({ file }) => file), ...(manifest === undefined ? [] : [manifest.file])],
    unchanged: pulled.length - writes.length,
    only_here: local.bundles.map(({ name }) => name).filter((name) => !there.has(name)),
  };
}

async function filesOf(directory: string): Promise<PolicyFiles> {
  const found = await stat(directory).catch(() => undefined);
  if (found === undefined) return { files: new Map(), manifests: new Map(), faults: [] };
  if (!found.isDirectory())
    throw usageError(`${directory} is not a directory`, 'give the directory to write to');
  return readPolicyFiles(directory);
}

async function fetchTexts(
  api: PolicyApi,
  newest: readonly RemoteBundle[],
  local: readonly DesiredBundle[],
  { signal, onProgress }: PullOptions,
): Promise<Pulled[]> {
  const byName = new Map(local.map((bundle) => [bundle.name, bundle]));
  const names = new FileNames(local.map(({ file }) => file));
  const targets = newest.map((bundle) => {
    const known = byName.get(bundle.name);
    // Two bundles may share a file, and a language may change: then it is another file.
    const fits =
      known !== undefined &&
      known.framework === bundle.framework.toUpperCase() &&
      local.every(({ file, name }) => file !== known.file || name === known.name);
    return { bundle, known, file: fits ? known.file : names.fileFor(bundle.name, bundle.framework) };
  });
  const texts = new Map<string, string>();
  let done = 0;
  await inParallel(
    targets.filter(
      ({ bundle, known, file }) => known?.file !== file || known.policyHash !== bareHash(bundle.policy_hash),
    ),
    CONCURRENCY,
    async ({ bundle, file, known }) => {
      const text = (await policyText(api, bundle, signal)).trim();
      if (known?.file !== file || known.rawPolicy !== text) texts.set(file, `${text}\n`);
      onProgress?.((done += 1), targets.length);
    },
  );
  return targets.map(({ bundle, file }) => ({ bundle, file, text: texts.get(file) }));
}

/** The manifest with which the directory means what the control plane has; undefined when it does already. */
async function neededManifest(
  here: PolicyFiles,
  local: readonly DesiredBundle[],
  pulled: readonly Pulled[],
): Promise<{ readonly file: string; readonly text: string } | undefined> {
  const files = new Map(here.files);
  for (const { file, text } of pulled) if (text !== undefined) files.set(file, text);
  const after = await policyOf({ ...here, files });
  const sound = !after.faults.some(({ severity }) => severity === 'error');
  const settings = pendingChanges(
    diffPolicy(
      after.bundles,
      pulled.map(({ bundle }) => bundle),
    ),
  ).filter(({ action, members }) => action === 'change' && members.some((member) => member !== 'content'));
  const named = new Set(after.bundles.map(({ name }) => name));
  if (sound && settings.length === 0 && pulled.every(({ bundle }) => named.has(bundle.name)))
    return undefined;
  const there = new Set(pulled.map(({ bundle }) => bundle.name));
  const entries = [
    ...pulled.map(({ bundle, file }) => asDesired(bundle, file)),
    ...local.filter(({ name }) => !there.has(name)),
  ];
  const file = MANIFEST_NAMES.find((name) => here.manifests.has(name)) ?? MANIFEST_NAMES[0];
  return { file, text: await manifestText(entries) };
}

function asDesired(bundle: RemoteBundle, file: string): DesiredBundle {
  const { rawPolicy, lineOffset } = policyContent(bundle.raw_policy ?? '');
  const mode: PolicyMode = bundle.enforcement_mode === 'observe' ? 'observe' : 'enforce';
  const status: PolicyStatus =
    bundle.status === 'active' || bundle.status === 'staged' ? bundle.status : 'paused';
  return {
    name: bundle.name,
    framework: bundle.framework.toUpperCase() === 'CEDAR' ? 'CEDAR' : 'OPA',
    file,
    rawPolicy,
    lineOffset,
    policyHash: policyHash(rawPolicy),
    assignments: bundle.assignments.length === 0 ? ['all'] : bundle.assignments,
    mode,
    status,
    description: (bundle.description ?? '').trim(),
  };
}

/** Files that would be replaced although no version of their bundle says what they say. */
function edits(
  local: readonly DesiredBundle[],
  remote: readonly RemoteBundle[],
  pulled: readonly Pulled[],
): string[] {
  const known = new Set(remote.map(({ name, policy_hash }) => JSON.stringify([name, bareHash(policy_hash)])));
  const replaced = new Set(pulled.flatMap(({ file, text }) => (text === undefined ? [] : [file])));
  return local
    .filter(
      ({ file, name, policyHash: hash }) => replaced.has(file) && !known.has(JSON.stringify([name, hash])),
    )
    .map(({ file }) => file);
}

function localEdits(files: readonly string[]): ThothctlError {
  return new ThothctlError({
    code: 'local_edits',
    message: `${files.length === 1 ? 'this file was' : 'these files were'} edited here and would be lost: ${files.join(', ')}; nothing was written`,
    exit: 'conflict',
    fix: 'push or move them away, or replace them with --overwrite',
    details: { files },
  });
}
