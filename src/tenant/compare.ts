import { isJsonObject } from '../json/object.js';
import type { Fields, Kind } from './kinds/kind.js';

/** A member that differs. Secrets never come this far. */
export interface FieldChange {
  /** Members from the item, joined by dots. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Rules = Pick<Kind, 'sets' | 'merges' | 'units' | 'secret' | 'instructions'>;

/** What of the wanted members differs from what is there. Members nobody asked for are left alone. */
export function fieldChanges(wanted: Fields, present: Fields, rules: Rules): FieldChange[] {
  const changes: FieldChange[] = [];
  compareMembers('', wanted, present, rules, changes);
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function compareMembers(
  above: string,
  wanted: Fields,
  present: Fields,
  rules: Rules,
  changes: FieldChange[],
): void {
  for (const [member, value] of Object.entries(wanted)) {
    const path = above === '' ? member : `${above}.${member}`;
    if (rules.secret?.(path) === true || rules.instructions?.includes(path) === true) continue;
    const before = Object.hasOwn(present, member) ? present[member] : undefined;
    if (rules.merges === true && isJsonObject(value) && rules.units?.includes(path) !== true) {
      compareMembers(path, value, isJsonObject(before) ? before : {}, rules, changes);
    } else if (!sameValue(value, before, rules.sets?.includes(path) === true)) {
      changes.push({ path, before: before ?? null, after: value ?? null });
    }
  }
}

/** Paths of secrets among the wanted members, whatever they hold. */
export function secretPaths(wanted: Fields, rules: Rules, above = ''): string[] {
  return Object.entries(wanted).flatMap(([member, value]) => {
    const path = above === '' ? member : `${above}.${member}`;
    if (isJsonObject(value)) return secretPaths(value, rules, path);
    return rules.secret?.(path) === true && value !== null ? [path] : [];
  });
}

export function sameValue(left: unknown, right: unknown, asSet = false): boolean {
  return stableText(asSet ? sorted(left) : left) === stableText(asSet ? sorted(right) : right);
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}

/**
 * Text of a value in which equal values are equal: null, empty text and nothing are the same to the control plane; so is
 * the order of members, not that of lists.
 */
export function stableText(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'null';
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stableText(value[key])}`);
  return `{${members.join(',')}}`;
}
