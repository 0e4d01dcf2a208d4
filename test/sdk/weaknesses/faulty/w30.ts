import type { ThothConfig } from '../../../../src/sdk/index.js';
import { PlainAdapter } from '../plain-adapter.js';
import { settingsOf, type Settings } from '../plain-settings.js';

/** Identifiers must be passed, each time. */
export class Faulty extends PlainAdapter {
  protected override readOptions(options: ThothConfig, defaults: ThothConfig): Settings {
    const given = { ...defaults, ...options };
    if (given.agentId === undefined || given.apiUrl === undefined)
      throw new Error('agentId and apiUrl are required');
    return settingsOf(options, defaults);
  }
}
