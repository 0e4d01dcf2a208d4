import { setImmediate } from 'node:timers/promises';
import type { ThothConfig } from './config/options.js';
import { closeQueues, flush } from './events/shared.js';
import { createSession } from './instrument.js';
import { endWaits } from './runtime.js';
import type { Session } from './session.js';
import { withdrawalsSettled } from './withdrawal.js';
import { findTools, wrapAgent } from './wrap/agent.js';
import { wrapFunctionMap, type FunctionMap, type GovernedMap } from './wrap/function-map.js';
import { toolchainFunctionMap, wrapToolchain, type ToolchainOptions } from './wrap/toolchain.js';

/** Holds defaults for several agents; options of a call win over them. */
export class ThothClient {
  readonly #defaults: ThothConfig;
  readonly #sessions = new Set<WeakRef<Session>>();

  readonly wrap = this.instrument.bind(this);
  readonly wrapAnthropicTools = this.instrumentAnthropic.bind(this);
  readonly wrapOpenAITools = this.instrumentOpenAI.bind(this);
  readonly wrapToolchain = this.instrumentToolchain.bind(this);
  readonly buildFunctionMap = toolchainFunctionMap;

  constructor(defaults: ThothConfig = {}) {
    this.#defaults = defaults;
  }

  instrument<Agent extends object>(agent: Agent, options: ThothConfig = {}): Agent {
    const found = findTools(agent);
    return wrapAgent(
      agent,
      found,
      this.#session(
        options,
        found.map(({ name }) => name),
      ),
    );
  }

  instrumentAnthropic<Map extends FunctionMap>(tools: Map, options: ThothConfig = {}): GovernedMap<Map> {
    return wrapFunctionMap(tools, this.#session(options, Object.keys(tools)));
  }

  instrumentOpenAI<Map extends FunctionMap>(tools: Map, options: ThothConfig = {}): GovernedMap<Map> {
    return wrapFunctionMap(tools, this.#session(options, Object.keys(tools)));
  }

  instrumentToolchain<Value extends object>(
    value: Value,
    options: ThothConfig & ToolchainOptions = {},
  ): Value {
    return wrapToolchain(value, this.#session(options, []), options);
  }

  /** One session per user of a server: wrap its tools with `session.wrapTool`. */
  startSession(options: ThothConfig = {}): Session {
    return this.#session(options, []);
  }

  /** Sends queued events; true when nothing is left. */
  flush(timeoutMs?: number): Promise<boolean> {
    return flush(timeoutMs);
  }

  /** Ends this client's sessions and flushes. Its tools stay enforced. Safe to call twice. */
  async close(timeoutMs?: number): Promise<void> {
    for (const session of this.#sessions) session.deref()?.close();
    this.#sessions.clear();
    await flush(timeoutMs);
  }

  #session(options: ThothConfig, toolNames: readonly string[]): Session {
    const session = createSession(merge(this.#defaults, options), toolNames);
    this.#sessions.add(new WeakRef(session));
    return session;
  }
}

/** An option that is undefined or an empty string never erases a default. */
function merge(defaults: ThothConfig, options: ThothConfig): ThothConfig {
  const present = Object.entries(options).filter(([, value]) => value !== undefined && value !== '');
  return { ...defaults, ...Object.fromEntries(present) };
}

/**
 * Ends the SDK in this process: waits for approvers end with a refusal and their holds are withdrawn, queued
 * events are sent or spooled.
 * Idempotent; a governed call afterwards is still enforced, its events are dropped and counted.
 */
export async function shutdown(timeoutMs?: number): Promise<void> {
  endWaits();
  // The ended waits start their withdrawals in the turns after this one.
  await setImmediate();
  await Promise.all([withdrawalsSettled(timeoutMs), closeQueues(timeoutMs)]);
}
