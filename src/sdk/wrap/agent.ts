import { ThothConfigError } from '../errors.js';
import type { Session } from '../session.js';
import { isJsonObject } from '../vocabulary.js';
import { isTool, isToolClient, nameOf, wrapTool } from './tool.js';

/** A tool and where it stands, before anything is changed. */
interface Found {
  readonly tool: object;
  readonly name: string;
  replace(governed: object): void;
}

/** Everything in `agent.tools` (array, map or Map) that can be governed; an MCP client stands for its own tools. */
export function findTools(agent: object): Found[] {
  if (isToolClient(agent)) return [{ tool: agent, name: nameOf(agent), replace: () => undefined }];
  const tools: unknown = Reflect.get(agent, 'tools');
  const found: Found[] = [];
  const looked: string[] = [];
  const consider = (key: string | undefined, tool: unknown, replace: (governed: object) => void): void => {
    if (isTool(tool)) found.push({ tool, name: nameOf(tool, key), replace });
    else looked.push(key ?? describe(tool));
  };
  if (Array.isArray(tools)) {
    tools.forEach((tool: unknown, index) =>
      consider(undefined, tool, (governed) => void Reflect.set(tools, index, governed)),
    );
  } else if (tools instanceof Map) {
    for (const [key, tool] of tools) consider(String(key), tool, (governed) => void tools.set(key, governed));
  } else if (isJsonObject(tools)) {
    for (const key of Object.keys(tools)) {
      consider(key, tools[key], (governed) => void Reflect.set(tools, key, governed));
    }
  }
  if (found.length > 0) return found;
  const seen = looked.length > 0 ? looked.join(', ') : `agent.tools is ${describe(tools)}`;
  throw new ThothConfigError(`no tool could be governed; looked at: ${seen}`);
}

/** Governs every tool of the agent in place. */
export function wrapAgent<Agent extends object>(
  agent: Agent,
  found: readonly Found[],
  session: Session,
): Agent {
  const governed = new Set<object>();
  for (const { tool, name, replace } of found) {
    const result = wrapTool(tool, session, name);
    governed.add(result);
    if (result !== tool) replace(result);
  }
  // Frozen, or made anew on every read: what was put in is not what the agent takes out.
  const kept = findTools(agent).filter(({ tool }) => !governed.has(tool));
  if (kept.length > 0) {
    const names = kept.map(({ name }) => `'${name}'`).join(', ');
    throw new ThothConfigError(`agent.tools does not keep what replaces ${names}, which stays ungoverned`);
  }
  const left = ungoverned(agent);
  if (left.length > 0) {
    session.config.logger.warn(`not governed, nothing in them can be called here: ${left.join(', ')}`);
  }
  return agent;
}

/** Members of `agent.tools` that have no entry point, such as tools a vendor runs on its own servers. */
function ungoverned(agent: object): string[] {
  const tools: unknown = Reflect.get(agent, 'tools');
  if (!Array.isArray(tools)) return [];
  return tools.filter((tool: unknown) => !isTool(tool)).map(describe);
}

function describe(value: unknown): string {
  if (isJsonObject(value)) return `object with ${Object.keys(value).slice(0, 8).join('/') || 'no members'}`;
  return Array.isArray(value) ? `array of ${value.length}` : typeof value;
}
