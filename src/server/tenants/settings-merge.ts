import { isJsonObject, ownMember, sameJson, type JsonObject } from './json-documents.js';

/** Members the server owns; what clients echo of them is ignored. */
const SERVER_MANAGED: ReadonlySet<string> = new Set([
  'tenant_id',
  'effective_regulatory_regimes',
  'revision',
  'updated_at',
]);

/** Replaced as a unit: merging key by key would bring removed overrides back as drift. */
const ATOMIC_SECTIONS: ReadonlySet<string> = new Set(['tool_risk_overrides']);

/**
 * Applies a PUT to the current document (behaviour notes, 6). Objects merge, arrays and scalars replace, a missing
 * member keeps its value, null clears. With a base, the document the writer had read, only the members that differ
 * from it are applied: what others changed meanwhile stays, although clients send the whole document back.
 */
export function mergeSettings(
  current: JsonObject,
  base: JsonObject | undefined,
  written: JsonObject,
  top = true,
): JsonObject {
  const merged = new Map(Object.entries(current));
  for (const [member, value] of Object.entries(written)) {
    if (top && SERVER_MANAGED.has(member)) continue;
    const before = base === undefined ? undefined : ownMember(base, member);
    if (base !== undefined && sameJson(value, before)) continue;
    if (value === null) {
      merged.delete(member);
      continue;
    }
    if (!isJsonObject(value) || (top && ATOMIC_SECTIONS.has(member))) {
      merged.set(member, value);
      continue;
    }
    const now = merged.get(member);
    const nestedBase = base === undefined ? undefined : isJsonObject(before) ? before : {};
    merged.set(member, mergeSettings(isJsonObject(now) ? now : {}, nestedBase, value, false));
  }
  // Object.fromEntries defines members, so a hostile `__proto__` stays data.
  return Object.fromEntries(merged);
}

/** Dotted paths of the members in which two documents differ, for the evidence; never their values. */
export function changedPaths(before: JsonObject, after: JsonObject, prefix = ''): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((member) => {
    const left = ownMember(before, member);
    const right = ownMember(after, member);
    if (sameJson(left, right)) return [];
    const path = prefix === '' ? member : `${prefix}.${member}`;
    return isJsonObject(left) && isJsonObject(right) ? changedPaths(left, right, path) : [path];
  });
}
