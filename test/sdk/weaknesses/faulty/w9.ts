import { PlainAdapter } from '../plain-adapter.js';

/** Whatever is not a final word is taken for an outage. */
export class Faulty extends PlainAdapter {
  protected override pending(): void {
    throw this.refusal('enforcer unavailable', { source: 'enforcer_unavailable' });
  }
}
