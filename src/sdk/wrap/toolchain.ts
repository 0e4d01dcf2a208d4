import { ThothConfigError } from '../errors.js';
import type { Session } from '../session.js';
import { entryPointsOf, isFunction, type AnyFunction } from './entry-points.js';
import { wrapTool } from './tool.js';

export interface ToolchainOptions {
  /** Include names that begin with `_` [false]. */
  readonly includePrivate?: boolean;
  /** Levels below the value to look at [no limit]. */
  readonly maxDepth?: number;
}

interface Callable {
  readonly path: string;
  readonly tool: object;
  readonly holder: object;
  readonly key: string;
}

/** Every callable below `value`, with its dotted path. Cycles are visited once. */
function* callables(
  value: object,
  options: ToolchainOptions,
  path = '',
  depth = 0,
  seen = new Set<object>([value]),
): Iterable<Callable> {
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  for (const [rawKey, child] of entries) {
    const key = String(rawKey);
    if (options.includePrivate !== true && key.startsWith('_')) continue;
    const childPath = path === '' ? key : `${path}.${key}`;
    if (isFunction(child)) yield { path: childPath, tool: child, holder: value, key };
    else if (typeof child === 'object' && child !== null && !seen.has(child)) {
      seen.add(child);
      if (entryPointsOf(child).length > 0) yield { path: childPath, tool: child, holder: value, key };
      else if (options.maxDepth === undefined || depth < options.maxDepth) {
        yield* callables(child, options, childPath, depth + 1, seen);
      }
    }
  }
}

/** Governs everything callable inside objects, arrays and maps; tool names are dotted paths. */
export function wrapToolchain<Value extends object>(
  value: Value,
  session: Session,
  options: ToolchainOptions = {},
): Value {
  const found = [...callables(value, options)];
  if (found.length === 0)
    throw new ThothConfigError('no tool could be governed; the toolchain has no callable');
  for (const { path, tool, holder, key } of found) {
    const governed = wrapTool(tool, session, path);
    if (governed === tool) continue;
    if (holder instanceof Map) holder.set(key, governed);
    else if (!Reflect.set(holder, key, governed) || Reflect.get(holder, key) !== governed) {
      throw new ThothConfigError(`'${path}' is frozen or made anew on every read and cannot be governed`);
    }
  }
  return value;
}

/** Flat map from dotted path to callable; governs nothing. */
export function toolchainFunctionMap(
  value: object,
  options: ToolchainOptions = {},
): Record<string, AnyFunction> {
  const map: Record<string, AnyFunction> = {};
  for (const { path, tool } of callables(value, options)) {
    if (isFunction(tool)) map[path] = tool;
    else {
      for (const entry of entryPointsOf(tool).slice(0, 1)) {
        const method: unknown = Reflect.get(tool, entry);
        if (isFunction(method)) map[path] = method.bind(tool);
      }
    }
  }
  return map;
}
