import type { ThothConfig } from '../../../../src/sdk/index.js';
import { PlainAdapter } from '../plain-adapter.js';
import { complete, type Settings } from '../plain-settings.js';

/** Options are spread over the defaults, undefined ones too, and the environment is read when the module loads. */
const keyAtImport = process.env['THOTH_API_KEY'];

export class Faulty extends PlainAdapter {
  protected override readOptions(options: ThothConfig, defaults: ThothConfig): Settings {
    const merged = { ...defaults, ...options };
    return { ...complete(merged), apiKey: merged.apiKey ?? keyAtImport };
  }
}
