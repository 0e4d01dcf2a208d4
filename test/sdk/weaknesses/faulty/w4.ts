import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter } from '../plain-adapter.js';

/** Reads one word and never looks at the other. */
export class Faulty extends PlainAdapter {
  protected override word(body: Json): string {
    return String(body['authorization_decision'] ?? body['decision']);
  }
}
