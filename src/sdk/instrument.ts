import { rememberSession } from './async-context.js';
import { resolveConfig } from './config/resolve.js';
import type { ThothConfig } from './config/options.js';
import { createRuntime } from './runtime.js';
import { Session } from './session.js';
import type { JsonObject } from './vocabulary.js';
import { findTools, wrapAgent } from './wrap/agent.js';
import { wrapFunctionMap, type FunctionMap, type GovernedMap } from './wrap/function-map.js';
import { wrapToolchain, type ToolchainOptions } from './wrap/toolchain.js';

/** A session from options and environment. Throws `ThothConfigError`. */
export function createSession(
  options: ThothConfig = {},
  toolNames: readonly string[] = [],
  start: JsonObject = {},
): Session {
  const session = new Session(createRuntime(resolveConfig(options, { toolNames })), start);
  rememberSession(session);
  return session;
}

/** Governs every tool in `agent.tools` in place and returns the same agent. Throws when there is none. */
export function instrument<Agent extends object>(agent: Agent, options: ThothConfig = {}): Agent {
  const found = findTools(agent);
  const session = createSession(
    options,
    found.map(({ name }) => name),
  );
  return wrapAgent(agent, found, session);
}

/** Governs the functions of a `tool_use` loop; each takes the `input` object of a block. */
export function wrapAnthropicTools<Map extends FunctionMap>(
  tools: Map,
  options: ThothConfig = {},
): GovernedMap<Map> {
  return wrapFunctionMap(tools, createSession(options, Object.keys(tools)));
}

/** Governs the functions of a tool-call loop; each takes the parsed argument object. */
export function wrapOpenAITools<Map extends FunctionMap>(
  tools: Map,
  options: ThothConfig = {},
): GovernedMap<Map> {
  return wrapFunctionMap(tools, createSession(options, Object.keys(tools)));
}

/** Governs everything callable in nested objects, arrays and maps. */
export function instrumentToolchain<Value extends object>(
  value: Value,
  options: ThothConfig & ToolchainOptions = {},
): Value {
  return wrapToolchain(value, createSession(options), options);
}
