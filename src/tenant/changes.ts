import { fieldChanges, secretPaths, type FieldChange } from './compare.js';
import { KINDS } from './kinds/index.js';
import type { Fields, Item, Kind, SectionName } from './kinds/kind.js';

export interface Change {
  readonly section: SectionName;
  readonly identity: readonly string[];
  readonly action: 'create' | 'update' | 'replace' | 'delete';
  readonly fields: readonly FieldChange[];
  /** Secrets that will be written; their values are resolved at apply and shown nowhere. */
  readonly secrets: readonly string[];
  /** What is written; secrets stand as references. */
  readonly wanted: Fields;
}

/** A section as the file wants it and as the tenant has it. */
export interface Section {
  readonly kind: Kind;
  readonly wanted: readonly Item[];
  readonly present: readonly Item[];
}

export interface ChangeOptions {
  /** Sections whose items are removed when the file does not have them. */
  readonly prune: ReadonlySet<SectionName>;
  /** Write secrets of items that do not differ otherwise: they cannot be compared. */
  readonly secrets: boolean;
}

/** The changes that make the tenant what the file says: writes in order of the sections, then deletions in reverse. */
export function planChanges(sections: readonly Section[], options: ChangeOptions): Change[] {
  const writes = sections.flatMap((section) =>
    section.wanted.flatMap((item) => write(section, item, options)),
  );
  const deletions = [...sections].reverse().flatMap((section) => removals(section, options));
  return [...writes, ...deletions];
}

export const keyOf = (identity: readonly string[]): string => JSON.stringify(identity);

/** Secrets that are wanted and not written, since nothing else of their item differs. */
export function secretsLeft(
  wanted: ReadonlyMap<SectionName, readonly Item[]>,
  changes: readonly Change[],
): readonly string[] {
  const written = new Set(changes.map(({ section, identity }) => keyOf([section, ...identity])));
  return KINDS.flatMap((kind) =>
    (wanted.get(kind.section) ?? [])
      .filter(({ identity }) => !written.has(keyOf([kind.section, ...identity])))
      .flatMap(({ identity, fields }) =>
        secretPaths(fields, kind).map((path) => [kind.section, ...identity, path].join('/')),
      ),
  );
}

function write({ kind, present }: Section, item: Item, { secrets }: ChangeOptions): Change[] {
  const found = present.find((each) => keyOf(each.identity) === keyOf(item.identity));
  const fields = fieldChanges(item.fields, found?.fields ?? {}, kind);
  const written = secretPaths(item.fields, kind);
  const same = found !== undefined && fields.length === 0 && !(secrets && written.length > 0);
  // The settings always exist: an empty document that is to stay empty is no creation.
  if (same) return [];
  const action = found === undefined ? 'create' : kind.replaced === true ? 'replace' : 'update';
  return [
    { section: kind.section, identity: item.identity, action, fields, secrets: written, wanted: item.fields },
  ];
}

function removals({ kind, wanted, present }: Section, { prune }: ChangeOptions): Change[] {
  if (!prune.has(kind.section) || kind.remove === undefined) return [];
  const kept = new Set(wanted.map((item) => keyOf(item.identity)));
  return present
    .filter((item) => !kept.has(keyOf(item.identity)) && !isOff(item))
    .map((item) => ({
      section: kind.section,
      identity: item.identity,
      action: 'delete' as const,
      fields: [],
      secrets: [],
      wanted: {},
    }));
}

/** Families without deletion keep what was switched off. */
function isOff({ fields }: Item): boolean {
  return fields['enabled'] === false || fields['active'] === false;
}
