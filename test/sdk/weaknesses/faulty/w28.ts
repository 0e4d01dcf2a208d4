import type { ThothConfig } from '../../../../src/sdk/index.js';
import { PlainAdapter } from '../plain-adapter.js';
import { settingsOf, type Settings } from '../plain-settings.js';

/** Some options have no way in. */
export class Faulty extends PlainAdapter {
  protected override readOptions(options: ThothConfig, defaults: ThothConfig): Settings {
    return settingsOf({ ...options, failOpen: undefined, stepUpTimeoutMinutes: undefined }, defaults);
  }
}
