import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter } from '../plain-adapter.js';
import type { Settings } from '../plain-settings.js';

/** A batch that fails once is gone. */
export class Faulty extends PlainAdapter {
  protected override async deliver(settings: Settings, batch: readonly Json[]): Promise<void> {
    await this.post(settings, batch);
  }
}
