import { PlainAdapter } from '../plain-adapter.js';

/** Every status but 200 is worth another poll. */
export class Faulty extends PlainAdapter {
  protected override isDead(): boolean {
    return false;
  }
}
