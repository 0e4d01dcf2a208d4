import type { ThothConfig } from '../../../src/sdk/index.js';

export interface Settings {
  readonly agentId: string;
  readonly userId: string;
  readonly apiUrl: string;
  readonly apiKey: string | undefined;
  readonly enforcement: string;
  readonly failOpen: boolean;
  readonly enforceTimeoutMs: number;
  readonly stepUpTimeoutMinutes: number;
}

/** Options, then defaults, then environment; what is undefined is absent. */
export function settingsOf(options: ThothConfig, defaults: ThothConfig): Settings {
  const present = Object.entries(options).filter(([, value]) => value !== undefined && value !== '');
  return complete({ ...defaults, ...Object.fromEntries(present) });
}

export function complete(given: ThothConfig): Settings {
  const { env } = process;
  const mode = given.enforcement ?? 'block';
  if (!['observe', 'shadow', 'block', 'step_up', 'progressive'].includes(mode))
    throw new Error('unknown mode');
  return {
    agentId: given.agentId ?? env['THOTH_AGENT_ID'] ?? '',
    userId: given.userId ?? 'system',
    apiUrl: given.apiUrl ?? env['THOTH_API_URL'] ?? '',
    apiKey: given.apiKey ?? env['THOTH_API_KEY'],
    enforcement: mode === 'shadow' ? 'observe' : mode,
    failOpen: given.failOpen ?? false,
    enforceTimeoutMs: given.enforceTimeoutMs ?? 5000,
    stepUpTimeoutMinutes: given.stepUpTimeoutMinutes ?? 15,
  };
}
