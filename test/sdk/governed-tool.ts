import { instrument, type ThothConfig } from '../../src/sdk/index.js';
import type { ScriptedEnforcer } from './scripted-enforcer.js';

/** No limit of a test whose subject it is not: a machine that stalls for seconds is no enforcer that is silent. */
export const PATIENT = { enforceTimeoutMs: 20_000, events: { flushTimeoutMs: 20_000 } } as const;

export function configFor(enforcer: Pick<ScriptedEnforcer, 'url'>, more: ThothConfig = {}): ThothConfig {
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

export interface GovernedTool {
  run(...args: unknown[]): Promise<unknown>;
  /** Arguments of every time the tool body was entered. */
  readonly entered: unknown[][];
}

/** A tool `search` governed by a session of its own; returns what it was given. */
export function governedTool(enforcer: Pick<ScriptedEnforcer, 'url'>, more: ThothConfig = {}): GovernedTool {
  const entered: unknown[][] = [];
  const tool = {
    name: 'search',
    run: (...args: unknown[]): unknown => {
      entered.push(args);
      return args[0];
    },
  };
  instrument({ tools: [tool] }, configFor(enforcer, more));
  return { run: async (...args) => tool.run(...args), entered };
}

/** The refusal of a call; fails when the call ran. */
export async function refusalOf(call: Promise<unknown>): Promise<Record<string, unknown> & Error> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('the call was not refused');
  return outcome as Record<string, unknown> & Error;
}
