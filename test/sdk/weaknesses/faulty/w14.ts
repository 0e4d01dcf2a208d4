import { PlainAdapter } from '../plain-adapter.js';

/** The time limit is fixed. */
export class Faulty extends PlainAdapter {
  protected override timeoutMs(): number {
    return 5000;
  }
}
