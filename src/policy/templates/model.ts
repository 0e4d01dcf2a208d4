import type { Controls } from './schema.js';

/** One way a principal may use a tool: through a resource it was granted. */
export interface ToolUse {
  readonly resource: string;
  /** Lower case; undefined is any purpose. */
  readonly purposes: readonly string[] | undefined;
  readonly classification: string | undefined;
}

/** Tool to its uses, both in order of name. */
export type ToolUses = ReadonlyMap<string, readonly ToolUse[]>;

export interface AgentGrant {
  readonly name: string;
  readonly tools: ToolUses;
  /** The strictest of all its grants. */
  readonly controls: Controls;
}

export interface RoleGrant {
  readonly name: string;
  readonly group: string | undefined;
  readonly tools: ToolUses;
}

/** What the templates say, joined and checked; everything in order of name. */
export interface GrantModel {
  readonly agents: readonly AgentGrant[];
  readonly roles: readonly RoleGrant[];
  readonly packs: readonly string[];
  readonly models: readonly string[];
  /** Purpose in lower case to the classes it reads; undefined when nothing is said. */
  readonly readable: ReadonlyMap<string, readonly string[]> | undefined;
}

export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
