import { PlainAdapter } from '../plain-adapter.js';

/** Only `run` counts, and nothing found is no error. */
export class Faulty extends PlainAdapter {
  protected override entryPoints(): readonly string[] {
    return ['run'];
  }

  protected override wrapped(): void {
    // In silence.
  }
}
