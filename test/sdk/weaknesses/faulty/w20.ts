import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Fn, type PlainSession } from '../plain-adapter.js';

/** Every entry point is wrapped on its own, and again each time. */
export class Faulty extends PlainAdapter {
  protected override replace(session: PlainSession, tool: Json, entry: string): number {
    const original = tool[entry];
    if (typeof original !== 'function') return 0;
    tool[entry] = this.govern(session, String(tool['name']), {}, original as Fn);
    return 1;
  }
}
