import { ThothConfigError } from '../errors.js';
import type { Session } from '../session.js';
import { isJsonObject } from '../vocabulary.js';
import { entryPointsOf, isFunction } from './entry-points.js';
import { governFunction, originalOf } from './functions.js';

/**
 * Governs one tool: a function gives a new function; an object is changed in place, every entry point of it.
 * Throws `ThothConfigError` when it has no entry point, no name, or cannot be changed.
 */
export function wrapTool<Tool extends object>(tool: Tool, session: Session, name?: string): Tool {
  const toolName = nameOf(tool, name);
  if (isFunction(tool)) {
    const identity = originalOf(tool);
    const governed = governFunction(tool, { toolName, tool: identity, entry: '()' }, session);
    wrapEntryPoints(governed, identity, toolName, session);
    return governed as Tool & typeof governed;
  }
  if (wrapEntryPoints(bodyOf(tool), tool, toolName, session) === 0) {
    throw new ThothConfigError(`tool '${toolName}' has no entry point (run, invoke, call, execute, …)`);
  }
  return tool;
}

function wrapEntryPoints(holder: object, identity: object, toolName: string, session: Session): number {
  const skip = isFunction(holder) ? new Set(['call']) : new Set<string>();
  const entries = entryPointsOf(holder).filter((entry) => !skip.has(entry));
  for (const entry of entries) {
    const method: unknown = Reflect.get(holder, entry);
    if (!isFunction(method)) continue;
    const governed = governFunction(method, { toolName, tool: identity, entry }, session);
    const own = Object.getOwnPropertyDescriptor(holder, entry);
    const replaced = Reflect.defineProperty(holder, entry, {
      value: governed,
      writable: true,
      configurable: true,
      enumerable: own?.enumerable ?? false,
    });
    if (!replaced) {
      throw new ThothConfigError(`tool '${toolName}' is frozen: its '${entry}' cannot be governed`);
    }
  }
  return entries.length;
}

/** The name the model sees: `name`, else the key it stands under, else the function name. Never empty. */
export function nameOf(tool: object, key?: string): string {
  const own: unknown = isFunction(tool) ? undefined : Reflect.get(bodyOf(tool), 'name');
  const name =
    typeof own === 'string' && own.trim() !== '' ? own : (key ?? (isFunction(tool) ? tool.name : ''));
  // Each call of a client names its tool.
  if (name.trim() === '' && isToolClient(tool)) return 'mcp';
  if (name.trim() === '') {
    throw new ThothConfigError('a tool has no name; give it one, the policy decides by it');
  }
  return name;
}

export function isTool(value: unknown): value is object {
  return (
    isFunction(value) ||
    (typeof value === 'object' && value !== null && entryPointsOf(bodyOf(value)).length > 0)
  );
}

/** Clients that run tools by name, as those of MCP do. */
export function isToolClient(value: object): boolean {
  return isFunction(Reflect.get(value, 'callTool'));
}

/** Where name and entry points stand: the tool, or what its `function` member holds in OpenAI's form. */
function bodyOf(tool: object): object {
  const inner: unknown = Reflect.get(tool, 'function');
  return isJsonObject(inner) ? inner : tool;
}
