import { afterEach, beforeEach } from 'vitest';
import { flush, type ThothConfig } from '../../src/sdk/index.js';
import { configFor } from '../sdk/governed-tool.js';
import { ScriptedEnforcer, type Json } from '../sdk/scripted-enforcer.js';
import { ModelServer } from './model-server/index.js';

/**
 * A model and an enforcer of one test. The policy of all of them: `transfer` of more than 100 is blocked,
 * `transfer` of more than 50 is cut to 50, everything else is allowed.
 */
export interface Rig {
  readonly model: ModelServer;
  readonly enforcer: ScriptedEnforcer;
  /** Amounts that really were sent. */
  readonly sent: number[];
  config(more?: ThothConfig): ThothConfig;
  /** Body of the tool that must never run for a blocked call. */
  transfer(input: { to: string; amount: number }): string;
  /** Tool name and arguments of every check. */
  checks(): [name: unknown, args: unknown][];
}

export function useRig(): Rig {
  let model: ModelServer;
  let enforcer: ScriptedEnforcer;
  const sent: number[] = [];
  beforeEach(async () => {
    sent.length = 0;
    model = await ModelServer.start();
    enforcer = await ScriptedEnforcer.start();
    enforcer.onEnforce = ({ body }) => ({ body: decide((body as Json)['tool_args'] as Json) });
  });
  afterEach(async () => {
    await flush();
    await Promise.all([model.stop(), enforcer.stop()]);
  });
  return {
    get model() {
      return model;
    },
    get enforcer() {
      return enforcer;
    },
    sent,
    config: (more = {}) => configFor(enforcer, { approvedScope: ['transfer'], ...more }),
    transfer: ({ to, amount }) => {
      sent.push(amount);
      return `sent ${amount} to ${to}`;
    },
    checks: () => enforcer.checks.map((check) => [check['tool_name'], check['tool_args']]),
  };
}

function decide(args: Json | undefined): Json {
  const amount = Number(args?.['amount'] ?? 0);
  if (amount > 100) return { decision: 'BLOCK', reason: 'too much' };
  if (amount > 50) return { decision: 'MODIFY', modified_tool_args: { ...args, amount: 50 } };
  return { decision: 'ALLOW' };
}

export const PARAMETERS = {
  type: 'object' as const,
  properties: { to: { type: 'string' as const }, amount: { type: 'number' as const } },
  required: ['to', 'amount'],
  additionalProperties: false as const,
};

export function call(amount: number, to = 'ann', name = 'transfer') {
  return { name, args: { to, amount } };
}

/** One allowed, one changed and one blocked call, asked for side by side. */
export const THREE = [call(20), call(80), call(900)];

export const THREE_CHECKS = [
  ['transfer', { to: 'ann', amount: 20 }],
  ['transfer', { to: 'ann', amount: 80 }],
  ['transfer', { to: 'ann', amount: 900 }],
];
