import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Args, type PlainSession } from '../plain-adapter.js';

/** Each event is awaited. */
export class Faulty extends PlainAdapter {
  protected override async event(
    session: PlainSession,
    name: string,
    phase: string,
    metadata: Json,
    args: Args,
  ): Promise<void> {
    await super.event(session, name, phase, metadata, args);
    await this.post(session.settings, this.queue.splice(0));
  }
}
