import { isPlainObject } from './modify.js';
import { isJsonObject, type JsonObject } from './vocabulary.js';

const MAX_ARGUMENT_DEPTH = 5;
export const MAX_ARGUMENT_BYTES = 256 * 1024;
const MAX_CUT_ENTRIES_SCANNED = 100_000;

export interface WireArguments {
  /** Absent when the call has no arguments. */
  readonly toolArgs: JsonObject | undefined;
  /** Something was left out or replaced by a marker: too deep, too large, a cycle, a function. */
  readonly lossy: boolean;
}

/**
 * Puts call arguments into the form the enforcer sees: one plain object travels as itself, anything else as
 * `{args: [...]}`. Never throws and never exceeds about 256 KiB, whatever a tool is called with.
 */
export function toWireArguments(values: readonly unknown[]): WireArguments {
  if (values.length === 0) return { toolArgs: undefined, lossy: false };
  const state: WireState = { left: MAX_ARGUMENT_BYTES, lossy: false, open: new Set(), scanned: 0 };
  const [first] = values;
  const converted =
    values.length === 1 && isArgumentMap(first)
      ? convert(first, 0, state)
      : { args: values.map((value) => convert(value, 0, state) ?? null) };
  return { toolArgs: isJsonObject(converted) ? converted : { args: [converted] }, lossy: state.lossy };
}

/** A hostile proxy may throw when it is merely looked at. */
function isArgumentMap(value: unknown): boolean {
  try {
    return isPlainObject(value);
  } catch {
    return false;
  }
}

interface WireState {
  left: number;
  lossy: boolean;
  scanned: number;
  readonly open: Set<object>;
}

function marker(text: string, state: WireState): string {
  state.lossy = true;
  return text;
}

function convert(value: unknown, depth: number, state: WireState): unknown {
  if (depth > MAX_ARGUMENT_DEPTH && value !== undefined) return marker('[truncated]', state);
  switch (typeof value) {
    case 'string':
      return cutText(value, state);
    case 'number':
      state.left -= 8;
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      state.left -= 5;
      return value;
    case 'bigint':
      return cutText(value.toString(), state);
    case 'function':
      return marker('[function]', state);
    case 'symbol':
      return marker('[symbol]', state);
    case 'undefined':
      return undefined;
    case 'object':
      if (value === null) return null;
      break;
  }
  if (state.open.has(value)) return marker('[circular]', state);
  state.open.add(value);
  try {
    return convertObject(value, depth, state);
  } catch {
    return marker('[unreadable]', state);
  } finally {
    state.open.delete(value);
  }
}

function convertObject(value: object, depth: number, state: WireState): unknown {
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? marker('[invalid date]', state) : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return bytesAsText(value, state);
  if (Array.isArray(value)) return convertEntries(value, depth, state);
  if (value instanceof Set) return convertEntries([...value], depth, state);
  if (value instanceof Map) return convertMembers(mapEntries(value, state), depth, state);
  if (value instanceof Error)
    return convertMembers(Object.entries({ name: value.name, message: value.message }), depth, state);
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const own: unknown = value.toJSON();
    // Judged again without `toJSON`, which could return itself for ever.
    return typeof own === 'object' && own !== null && 'toJSON' in own
      ? marker('[unreadable]', state)
      : convert(own, depth, state);
  }
  const shown = members(value);
  // A request, a form, an expression, a class with private fields: nothing to see is not the same as nothing there.
  if (shown.length === 0 && !isPlainObject(value)) return marker('[opaque]', state);
  return convertMembers(shown, depth, state);
}

function members(value: object): [string, unknown][] {
  const source: Record<string, unknown> = { __proto__: null, ...value };
  return Object.keys(source).map((key) => [key, source[key]]);
}

function* mapEntries(value: Map<unknown, unknown>, state: WireState): Iterable<[string, unknown]> {
  const names = new Set<string>();
  for (const [key, entry] of value) {
    const name = String(key);
    // Two keys that are one name in JSON: only the later one can be shown.
    if (names.has(name)) state.lossy = true;
    names.add(name);
    yield [name, entry];
  }
}

function convertEntries(values: readonly unknown[], depth: number, state: WireState): unknown[] {
  const out: unknown[] = [];
  for (const value of values) {
    if (exhausted(state)) {
      out.push(marker('[truncated]', state));
      break;
    }
    out.push(convert(value, depth + 1, state) ?? null);
  }
  return out;
}

function convertMembers(entries: Iterable<[string, unknown]>, depth: number, state: WireState): JsonObject {
  const out: [string, unknown][] = [];
  for (const [key, value] of entries) {
    if (exhausted(state)) {
      out.push(['[truncated]', marker('[truncated]', state)]);
      break;
    }
    const name = cutText(key, state);
    const converted = convert(value, depth + 1, state);
    if (converted !== undefined) out.push([name, converted]);
  }
  return Object.fromEntries(out);
}

function exhausted(state: WireState): boolean {
  state.scanned += 1;
  state.left -= 2;
  return state.left <= 0 || state.scanned > MAX_CUT_ENTRIES_SCANNED;
}

function cutText(text: string, state: WireState): string {
  // Three bytes bound one UTF-16 unit, so the exact count is needed only near the limit.
  const size = text.length * 3 < state.left ? text.length : Buffer.byteLength(text);
  if (size <= state.left) {
    state.left -= size;
    return text;
  }
  const kept = Buffer.from(text)
    .subarray(0, Math.max(0, state.left))
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  state.left = 0;
  return marker(`${kept}[truncated, ${size} bytes]`, state);
}

function bytesAsText(value: ArrayBufferView | ArrayBuffer, state: WireState): string {
  const bytes =
    value instanceof ArrayBuffer
      ? Buffer.from(value)
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return marker(cutText(bytes.subarray(0, MAX_ARGUMENT_BYTES).toString('utf8'), state), state);
}
