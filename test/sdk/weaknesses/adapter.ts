import { setTimeout as sleep } from 'node:timers/promises';
import type { ThothConfig } from '../../../src/sdk/index.js';
import { PATIENT } from '../governed-tool.js';
import type { ScriptedEnforcer } from '../scripted-enforcer.js';

/** What the properties below need of an SDK, ours or one with a weakness. */
export interface Adapter {
  /** Governs `agent.tools` in place. Options that are undefined do not erase defaults. */
  instrument(agent: { tools: unknown }, options?: ThothConfig, defaults?: ThothConfig): unknown;
  flush(): Promise<unknown>;
  close(): Promise<unknown>;
  currentSession(): { readonly sessionId: string; recordTokenSpend(tokens: number): void } | undefined;
}

/** One property that a weakness breaks. Throws `Violated` when it does not hold. */
export type Property = (adapter: Adapter, enforcer: ScriptedEnforcer) => Promise<void>;

/** The property is broken; any other error is a fault of the test. */
export class Violated extends Error {
  override readonly name = 'Violated';
}

export function holds(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Violated(otherwise);
}

export function optionsFor(enforcer: ScriptedEnforcer, more: ThothConfig = {}): ThothConfig {
  return {
    agentId: 'bot',
    tenantId: 'acme',
    approvedScope: ['search'],
    apiUrl: enforcer.url,
    apiKey: 'thoth_test_key',
    stepUpPollIntervalMs: 20,
    logger: {},
    ...PATIENT,
    ...more,
  };
}

export interface Watched {
  readonly tool: { run(...args: unknown[]): Promise<unknown> };
  /** Arguments of every time the tool body was entered. */
  readonly entered: unknown[][];
}

/** A tool `search` governed by the adapter; gives back its first argument. */
export function watchedTool(adapter: Adapter, options: ThothConfig): Watched {
  const entered: unknown[][] = [];
  const tool = {
    name: 'search',
    run: (...args: unknown[]): unknown => {
      entered.push(args);
      return args[0];
    },
  };
  adapter.instrument({ tools: [tool] }, options);
  return { tool: { run: async (...args) => tool.run(...args) }, entered };
}

/** The error of a call, undefined when it ran. */
export async function errorOf(call: Promise<unknown>): Promise<Record<string, unknown> | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => error as Record<string, unknown>,
  );
}

const STEP_MS = 50;

/**
 * True when the work ends within the time, milliseconds. Told in steps: a machine that stalls in between takes one of
 * them from the work, not all.
 */
export async function endsWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let ended = false;
  const done = work
    .catch(() => undefined)
    .then(() => {
      ended = true;
    });
  for (let left = limitMs; !ended && left > 0; left -= STEP_MS) await Promise.race([done, sleep(STEP_MS)]);
  return ended;
}
