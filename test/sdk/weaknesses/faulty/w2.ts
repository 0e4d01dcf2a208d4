import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Args } from '../plain-adapter.js';

/** A change that cannot be applied is skipped. */
export class Faulty extends PlainAdapter {
  protected override modified(args: Args, body: Json): Args {
    try {
      return super.modified(args, body);
    } catch {
      return args;
    }
  }
}
