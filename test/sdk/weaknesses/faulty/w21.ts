import { PlainAdapter, type PlainSession } from '../plain-adapter.js';

/** The same tool twice in a row counts once, and the list grows for ever. */
export class Faulty extends PlainAdapter {
  protected override historyWith(session: PlainSession, name: string): string[] {
    return session.history.at(-1) === name ? [...session.history] : [...session.history, name];
  }
}
