import type { ThothConfig } from '../../../../src/sdk/index.js';
import { settingsOf, type Settings } from '../plain-settings.js';
import { PlainAdapter } from '../plain-adapter.js';

/** The mode is passed on as it is written. */
export class Faulty extends PlainAdapter {
  protected override readOptions(options: ThothConfig, defaults: ThothConfig): Settings {
    const { enforcement = 'block', ...rest } = options;
    return { ...settingsOf(rest, defaults), enforcement };
  }
}
