import { usageError } from '../errors/index.js';
import { frameworkOf, type DesiredBundle, type PolicyMode, type PolicyStatus } from './bundle.js';
import { policyContent, policyHash } from './content-hash.js';
import { byPlace, faultyPolicy, type PolicyFault } from './fault.js';
import { lintBundles } from './lint/check.js';
import type { BundleSettings } from './manifest/read.js';
import { resolveManifests, type ResolvedBundle } from './manifest/resolve.js';
import { readPolicyFiles, type PolicyFiles } from './read-files.js';

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
  const found = await readPolicyFiles(path);
  const policy = await policyOf(found);
  if (found.files.size === 0 && policy.bundles.length === 0 && policy.faults.length === 0)
    throw usageError(`${path} holds no .cedar or .rego file`, 'give the directory that holds your policies');
  return policy;
}

/** The bundles that files and manifests make, read or thought. */
export async function policyOf({ files, manifests, faults: unreadable }: PolicyFiles): Promise<LoadedPolicy> {
  const resolved = await resolveManifests(manifests);
  const listed = new Set(resolved.bundles.map(({ file }) => file));
  const bundles: DesiredBundle[] = [];
  for (const declared of resolved.bundles) {
    const text = files.get(declared.file);
    if (text !== undefined) bundles.push(declaredBundle(declared, text));
    else if (!unreadable.some((fault) => fault.file === declared.file))
      declared.fault(
        'manifest_file',
        `bundle file \`${declared.file}\` is not in the directory`,
        frameworkOf(declared.file) === undefined
          ? 'name a .cedar or .rego file'
          : 'create the file, or remove the entry',
      );
  }
  for (const [file, text] of files)
    if (!listed.has(file)) bundles.push(desired(file, text, resolved.defaultsFor(file)));
  const faults = [...unreadable, ...emptyFiles(bundles), ...doubleNames(bundles), ...resolved.faults()];
  return { bundles: bundles.sort(byName), faults: faults.sort(byPlace) };
}

/**
 * Like `loadPolicy`, refusing a directory that has any fault. What does not compile is told with it: whoever repairs
 * the directory should have to do so once.
 */
export async function loadSoundPolicy(path: string, consequence: string): Promise<readonly DesiredBundle[]> {
  const { bundles, faults } = await loadPolicy(path);
  if (!faults.some((fault) => fault.severity === 'error')) return bundles;
  throw faultyPolicy([...faults, ...(await lintBundles(bundles))].sort(byPlace), consequence);
}

function declaredBundle(declared: ResolvedBundle, text: string): DesiredBundle {
  const bundle = {
    ...desired(declared.file, text, declared),
    ...(declared.name !== undefined && { name: declared.name }),
    declaredAt: declared.place,
  };
  if (declared.framework !== undefined && declared.framework !== bundle.framework)
    declared.fault(
      'manifest_contradiction',
      `framework \`${declared.framework}\` contradicts the ending of \`${declared.file}\``,
      'a .cedar file is CEDAR, a .rego file is OPA',
    );
  if (bundle.mode === 'observe' ? bundle.status === 'active' : bundle.status === 'staged')
    declared.fault(
      'manifest_contradiction',
      `mode \`${bundle.mode}\` contradicts status \`${bundle.status}\``,
      'enforce goes with active, observe with staged, either with paused',
    );
  return bundle;
}

function desired(file: string, text: string, said: BundleSettings): DesiredBundle {
  const { rawPolicy, lineOffset } = policyContent(text);
  return {
    name: file.replace(/\.(cedar|rego)$/i, ''),
    framework: frameworkOf(file) ?? 'CEDAR',
    file,
    rawPolicy,
    lineOffset,
    policyHash: policyHash(rawPolicy),
    assignments: said.assignments === undefined ? ['all'] : [...new Set(said.assignments)],
    forAllByDefault: said.assignments === undefined,
    mode: said.mode ?? modeFor(said.status),
    status: said.status ?? statusFor(said.mode),
    description: said.description ?? '',
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
      fix: 'write a policy into it, or remove it',
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
        ...(bundle.declaredAt ?? { file: bundle.file, line: 1, column: 1 }),
        fix: 'give one of them another `name` in thoth.policy.yaml',
      },
    ];
  });
}

function byName(a: DesiredBundle, b: DesiredBundle): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
