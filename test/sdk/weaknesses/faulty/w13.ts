import { PlainAdapter } from '../plain-adapter.js';

/** The queue may be closed once. */
export class Faulty extends PlainAdapter {
  #closed = false;

  override async close(): Promise<unknown> {
    if (this.#closed) throw new Error('close of closed channel');
    this.#closed = true;
    return super.close();
  }
}
