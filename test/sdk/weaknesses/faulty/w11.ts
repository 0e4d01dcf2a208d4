import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, SerialisationFault, type Args, type PlainSession } from '../plain-adapter.js';

/** The result is serialised in the caller's path. */
export class Faulty extends PlainAdapter {
  protected override event(
    session: PlainSession,
    name: string,
    phase: string,
    metadata: Json,
    args: Args,
    result?: unknown,
  ): void | Promise<void> {
    try {
      const size = JSON.stringify(result)?.length;
      return super.event(session, name, phase, { ...metadata, size }, args);
    } catch (cause) {
      throw new SerialisationFault('telemetry', { cause });
    }
  }
}
