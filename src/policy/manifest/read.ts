import * as z from 'zod/mini';
import type { Framework } from '../../engine/types.js';
import type { PolicyMode, PolicyStatus } from '../bundle.js';
import { PlacedDocument, type PlaceInFile } from '../document.js';
import type { PolicyFault } from '../fault.js';
import { bundleSchema, defaultsPart, manifestSchema, type BundleDefaults } from './schema.js';

export const MANIFEST_NAMES = ['thoth.policy.yaml', 'thoth.policy.yml'] as const;

/** What a manifest says of a bundle, or of all bundles as a default; undefined is not said. */
export interface BundleSettings {
  readonly assignments: readonly string[] | undefined;
  readonly mode: PolicyMode | undefined;
  readonly status: PolicyStatus | undefined;
  readonly description: string | undefined;
}

export interface DeclaredBundle extends BundleSettings {
  /** As written, relative to the manifest. */
  readonly file: string;
  readonly name: string | undefined;
  readonly framework: Framework | undefined;
  readonly place: PlaceInFile;
}

export interface Manifest {
  readonly file: string;
  readonly defaults: BundleSettings;
  readonly includes: readonly { readonly path: string; readonly fault: ReportFault }[];
  readonly bundles: readonly { readonly declared: DeclaredBundle; readonly fault: ReportFault }[];
  /** Grows while the manifest is resolved. */
  readonly faults: readonly PolicyFault[];
}

/** Reports something wrong at the place the reporter came with. */
export type ReportFault = (code: string, message: string, fix?: string) => void;

/** Narrows one manifest. A bundle with a fault is left out, the others are read, so that every fault is found at once. */
export async function readManifest(text: string, file: string): Promise<Manifest> {
  const document = await PlacedDocument.parse(text, file);
  const sound = document.faults.length === 0;
  if (sound && document.value !== undefined) document.narrow(manifestSchema);
  const bundles = listAt(document, 'bundles').flatMap((item, index) => {
    const read = bundleSchema.safeParse(item);
    if (!read.success) return [];
    const path = ['bundles', index];
    contradiction(document, path, read.data);
    const { file: named, name, framework, ...rest } = read.data;
    return [
      {
        declared: {
          file: named,
          name,
          framework: frameworkNamed(framework),
          ...settingsOf(rest),
          place: document.place(path),
        },
        fault: reporter(document, [...path, 'file']),
      },
    ];
  });
  const defaults = defaultsPart.safeParse(document.at(['defaults']));
  if (defaults.success && defaults.data !== undefined) contradiction(document, ['defaults'], defaults.data);
  return {
    file,
    defaults: settingsOf((defaults.success ? defaults.data : undefined) ?? {}),
    includes: listAt(document, 'includes').flatMap((item, index) =>
      typeof item === 'string' && item.trim() !== ''
        ? [{ path: item.trim(), fault: reporter(document, ['includes', index]) }]
        : [],
    ),
    bundles,
    faults: document.faults,
  };
}

function listAt(document: PlacedDocument, key: string): readonly unknown[] {
  const list = z.array(z.unknown()).safeParse(document.at([key]));
  return list.success ? list.data : [];
}

function reporter(document: PlacedDocument, path: readonly (string | number)[]): ReportFault {
  return (code, message, fix) => document.fault(path, code, message, fix);
}

function contradiction(
  document: PlacedDocument,
  path: readonly (string | number)[],
  said: BundleDefaults,
): void {
  if (said.mode !== undefined && said.enforcement_mode !== undefined)
    document.fault(
      [...path, 'enforcement_mode'],
      'manifest_value',
      '`mode` and `enforcement_mode` are the same; give one',
    );
}

function settingsOf(said: BundleDefaults): BundleSettings {
  const assigned = said.assignments === undefined ? [] : [said.assignments].flat();
  return {
    assignments: assigned.length === 0 ? undefined : assigned.map((target) => target.trim()),
    mode: said.mode ?? said.enforcement_mode,
    // The control plane stores `disabled` as `paused`; comparing the alias would never settle.
    status: said.status === 'disabled' ? 'paused' : said.status,
    description: said.description,
  };
}

function frameworkNamed(word: string | undefined): Framework | undefined {
  if (word === undefined) return undefined;
  return word.toUpperCase() === 'CEDAR' ? 'CEDAR' : 'OPA';
}
