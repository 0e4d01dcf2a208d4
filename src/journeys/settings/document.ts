import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../../json/object.js';
import { isSecretPath } from '../../secret-reference/secret-path.js';
export type SettingsDocument = JsonObject;

/** Written by the server; a document that was read and is sent back may hold them, a change never does. */
const SERVER_MANAGED = new Set(['tenant_id', 'updated_at', 'revision', 'effective_regulatory_regimes']);
/** Replaced as a unit on the wire, so removing one entry means sending the map without it. */
const UNIT_MAPS = new Set(['tool_risk_overrides']);

/**
 * The whole document with the patch applied. Some control planes overwrite on PUT instead of merging, so clients
 * send back everything they read. Objects merge, arrays and scalars replace, null clears.
 */
export function mergeSettings(current: SettingsDocument, patch: SettingsDocument): SettingsDocument {
  const merged: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    if (SERVER_MANAGED.has(key)) continue;
    merged[key] = mergeValue(merged[key], value);
    const map = merged[key];
    if (UNIT_MAPS.has(key) && isJsonObject(map)) {
      merged[key] = Object.fromEntries(Object.entries(map).filter(([, entry]) => entry !== null));
    }
  }
  return merged;
}

function mergeValue(before: unknown, value: unknown): unknown {
  if (!isJsonObject(value) || !isJsonObject(before)) return value;
  const merged: Record<string, unknown> = { ...before };
  for (const [key, inner] of Object.entries(value)) merged[key] = mergeValue(merged[key], inner);
  return merged;
}

export interface SettingsChange {
  /** Members from the top, joined by dots. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs between two documents, by path. Null and a missing member are the same; secrets are not shown. */
export function settingsChanges(before: SettingsDocument, after: SettingsDocument): SettingsChange[] {
  const changes: SettingsChange[] = [];
  compare('', before, after, changes);
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function compare(path: string, before: unknown, after: unknown, changes: SettingsChange[]): void {
  if (isJsonObject(after) && (isJsonObject(before) || before === undefined || before === null)) {
    const old: SettingsDocument = isJsonObject(before) ? before : {};
    for (const key of new Set([...Object.keys(old), ...Object.keys(after)])) {
      if (path === '' && SERVER_MANAGED.has(key)) continue;
      compare(path === '' ? key : `${path}.${key}`, old[key], after[key], changes);
    }
    return;
  }
  if (isDeepStrictEqual(before ?? null, after ?? null)) return;
  const hidden = isSecretPath(path);
  const shown = (value: unknown): unknown =>
    hidden && value !== null && value !== undefined ? '(hidden)' : (value ?? null);
  changes.push({ path, before: shown(before), after: shown(after) });
}
