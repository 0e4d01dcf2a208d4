import { PlainAdapter, type PlainSession } from '../plain-adapter.js';
import type { Settings } from '../plain-settings.js';

/** One exit hook per session. */
export class Faulty extends PlainAdapter {
  readonly hooks: (() => void)[] = [];

  protected override begin(settings: Settings): PlainSession {
    const hook = (): void => undefined;
    this.hooks.push(hook);
    process.setMaxListeners(100).on('exit', hook);
    return super.begin(settings);
  }

  override async close(): Promise<unknown> {
    for (const hook of this.hooks) process.removeListener('exit', hook);
    return super.close();
  }
}
