import { usageError } from '../errors/index.js';
import { frameworkOf, type DesiredBundle, type PolicyMode, type PolicyStatus } from './bundle.js';
import { policyContent, policyHash } from './content-hash.js';
import { faultyPolicy, type PolicyFault } from './fault.js';
import { readManifest, type ManifestEntry } from './manifest.js';
import { readPolicyFiles } from './read-files.js';

export interface LoadedPolicy {
  readonly bundles: readonly DesiredBundle[];
  readonly faults: readonly PolicyFault[];
}

/**
 * Turns a directory into the bundles it wants. Every policy file is a bundle named by its path without the
 * ending; `thoth.policy.yaml` gives names, assignments, mode, status and description where the defaults
 * (`all`, `enforce`, `active`) do not fit.
 * @throws ThothctlError `usage` when the path does not exist or holds no policy.
 */
export async function loadPolicy(path: string): Promise<LoadedPolicy> {
  const { files, manifest, faults: unreadable } = await readPolicyFiles(path);
  const faults = [...unreadable];
  let entries: readonly ManifestEntry[] = [];
  if (manifest !== undefined) {
    const read = await readManifest(manifest.text, manifest.file);
    entries = read.entries;
    faults.push(...read.faults);
  }
  if (files.size === 0 && faults.length === 0 && entries.length === 0) {
    throw usageError(`${path} holds no .cedar or .rego file`, 'give the directory that holds your policies');
  }
  const bundles: DesiredBundle[] = [];
  const listed = new Set<string>();
  for (const entry of entries) {
    const file = entry.file.replace(/^\.\//, '');
    listed.add(file);
    const text = files.get(file);
    if (text === undefined) {
      if (!unreadable.some((fault) => fault.file === file))
        faults.push(
          entryFault(
            manifest?.file ?? '',
            entry,
            'manifest_file',
            `bundle file \`${file}\` is not in the directory`,
          ),
        );
      continue;
    }
    const bundle = desired(file, text, entry);
    if (bundle.mode === 'observe' ? bundle.status === 'active' : bundle.status === 'staged') {
      faults.push(
        entryFault(
          manifest?.file ?? '',
          entry,
          'manifest_contradiction',
          `mode \`${bundle.mode}\` contradicts status \`${bundle.status}\`; enforce goes with active, observe with staged, either with paused`,
        ),
      );
    }
    bundles.push(bundle);
  }
  for (const [file, text] of files) if (!listed.has(file)) bundles.push(desired(file, text, undefined));
  faults.push(...emptyFiles(bundles), ...doubleNames(bundles));
  return { bundles: bundles.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)), faults };
}

/** Like `loadPolicy`, refusing a directory that has any fault. */
export async function loadSoundPolicy(path: string, consequence: string): Promise<readonly DesiredBundle[]> {
  const { bundles, faults } = await loadPolicy(path);
  if (faults.some((fault) => fault.severity === 'error')) throw faultyPolicy(faults, consequence);
  return bundles;
}

function desired(file: string, text: string, entry: ManifestEntry | undefined): DesiredBundle {
  const { rawPolicy, lineOffset } = policyContent(text);
  return {
    name: entry?.name ?? file.replace(/\.(cedar|rego)$/i, ''),
    framework: entry?.framework ?? frameworkOf(file) ?? 'CEDAR',
    file,
    rawPolicy,
    lineOffset,
    policyHash: policyHash(rawPolicy),
    assignments: entry?.assignments?.length ? [...new Set(entry.assignments)] : ['all'],
    mode: entry?.mode ?? modeFor(entry?.status),
    status: entry?.status ?? statusFor(entry?.mode),
    description: entry?.description ?? '',
  };
}

/** Mode and status are one axis for clients that give only one of them (govapi-behaviour section 12). */
export function modeFor(status: PolicyStatus | undefined): PolicyMode {
  return status === 'staged' || status === 'paused' ? 'observe' : 'enforce';
}

export function statusFor(mode: PolicyMode | undefined): PolicyStatus {
  return mode === 'observe' ? 'staged' : 'active';
}

function emptyFiles(bundles: readonly DesiredBundle[]): PolicyFault[] {
  return bundles
    .filter((bundle) => bundle.rawPolicy === '')
    .map((bundle) => ({
      severity: 'error' as const,
      code: 'policy_empty',
      message: 'the file is empty',
      file: bundle.file,
      line: 1,
      column: 1,
    }));
}

function doubleNames(bundles: readonly DesiredBundle[]): PolicyFault[] {
  const first = new Map<string, DesiredBundle>();
  return bundles.flatMap((bundle) => {
    const other = first.get(bundle.name);
    if (other === undefined) {
      first.set(bundle.name, bundle);
      return [];
    }
    return [
      {
        severity: 'error' as const,
        code: 'bundle_name_twice',
        message: `bundle name \`${bundle.name}\` is already used by ${other.file}`,
        file: bundle.file,
        line: 1,
        column: 1,
        fix: 'give one of them another `name` in thoth.policy.yaml',
      },
    ];
  });
}

function entryFault(file: string, entry: ManifestEntry, code: string, message: string): PolicyFault {
  return { severity: 'error', code, message, file, line: entry.line, column: entry.column };
}
