import { posix } from 'node:path';
import type { PolicyFault } from '../fault.js';
import {
  MANIFEST_NAMES,
  readManifest,
  type BundleSettings,
  type DeclaredBundle,
  type Manifest,
  type ReportFault,
} from './read.js';

/** A bundle of any manifest of the directory, with paths relative to the directory and defaults filled in. */
export interface ResolvedBundle extends DeclaredBundle {
  readonly fault: ReportFault;
}

export interface ResolvedManifests {
  readonly bundles: readonly ResolvedBundle[];
  /** Defaults for a file no manifest lists: those of the nearest manifest above it. */
  readonly defaultsFor: (file: string) => BundleSettings;
  /** Read it last: resolving goes on finding faults. */
  readonly faults: () => readonly PolicyFault[];
}

const NOTHING: BundleSettings = {
  assignments: undefined,
  mode: undefined,
  status: undefined,
  description: undefined,
};

/**
 * Follows the includes of the manifest at the top of the directory. `texts` are all manifests of the directory by
 * relative path. A manifest says its own defaults, and what it does not say it takes from the one that includes it.
 */
export async function resolveManifests(texts: ReadonlyMap<string, string>): Promise<ResolvedManifests> {
  const read = new Map<string, { readonly manifest: Manifest; readonly defaults: BundleSettings }>();
  const bundles: ResolvedBundle[] = [];
  const warnings: PolicyFault[] = [];

  const visit = async (file: string, above: readonly string[], inherited: BundleSettings): Promise<void> => {
    const manifest = await readManifest(texts.get(file) ?? '', file);
    const defaults = { ...inherited, ...said(manifest.defaults) };
    read.set(file, { manifest, defaults });
    const folder = posix.dirname(file);
    for (const { declared, fault } of manifest.bundles) {
      const own = said(declared);
      // Mode and status are one axis: saying one of them replaces both defaults.
      const base =
        own.mode === undefined && own.status === undefined
          ? defaults
          : { ...defaults, mode: undefined, status: undefined };
      bundles.push({ ...declared, ...base, ...own, file: posix.join(folder, declared.file), fault });
    }
    for (const { path, fault } of manifest.includes) {
      const target = find(texts, posix.join(folder, path), fault);
      if (target === undefined) continue;
      if (target === file || above.includes(target))
        fault(
          'manifest_cycle',
          `the include leads back to itself: ${[...above.slice(above.indexOf(target)), file, target].join(' → ')}`,
          'remove one of these includes',
        );
      else if (read.has(target))
        fault('manifest_included_twice', `${target} is already included`, 'include it in one place');
      else await visit(target, [...above, file], defaults);
    }
  };

  const top = MANIFEST_NAMES.find((name) => texts.has(name));
  if (top !== undefined) await visit(top, [], NOTHING);
  for (const file of texts.keys()) {
    if (read.has(file)) continue;
    warnings.push({
      severity: 'warning',
      code: 'manifest_not_included',
      message: 'nothing includes this manifest, so it has no effect',
      file,
      line: 1,
      column: 1,
      fix: `add it to \`includes\` of ${top ?? 'a thoth.policy.yaml at the top of the directory'}`,
    });
  }
  return {
    bundles,
    defaultsFor: (file) => nearest(read, file)?.defaults ?? NOTHING,
    faults: () => [...[...read.values()].flatMap(({ manifest }) => manifest.faults), ...warnings],
  };
}

/** Only what is said, so that spreading it over defaults keeps the rest. */
function said(settings: BundleSettings): Partial<BundleSettings> {
  const { assignments, mode, status, description } = settings;
  return {
    ...(assignments !== undefined && { assignments }),
    ...(mode !== undefined && { mode }),
    ...(status !== undefined && { status }),
    ...(description !== undefined && { description }),
  };
}

function find(texts: ReadonlyMap<string, string>, path: string, fault: ReportFault): string | undefined {
  if (path.startsWith('../') || path === '..' || posix.isAbsolute(path)) {
    fault(
      'manifest_outside',
      'the include leads out of the policy directory',
      'move what it names into the directory',
    );
    return undefined;
  }
  const target = [path, ...MANIFEST_NAMES.map((name) => posix.join(path, name))].find((file) =>
    texts.has(file),
  );
  if (target === undefined)
    fault(
      'manifest_include',
      `no manifest at \`${path}\``,
      `an include names a folder with a ${MANIFEST_NAMES[0]}, or that file itself`,
    );
  return target;
}

function nearest<T>(read: ReadonlyMap<string, T>, file: string): T | undefined {
  for (let folder = posix.dirname(file); ; folder = posix.dirname(folder)) {
    for (const name of MANIFEST_NAMES) {
      const found = read.get(posix.join(folder, name));
      if (found !== undefined) return found;
    }
    if (folder === '.' || folder === '/') return undefined;
  }
}
