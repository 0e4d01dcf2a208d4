import { PlainAdapter, type PlainSession } from '../plain-adapter.js';
import type { Settings } from '../plain-settings.js';

/** The session begun last is the current one, everywhere. */
export class Faulty extends PlainAdapter {
  #last: PlainSession | undefined;

  protected override begin(settings: Settings): PlainSession {
    return (this.#last = super.begin(settings));
  }

  override currentSession(): PlainSession | undefined {
    return this.#last;
  }
}
