import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Args, type PlainSession } from '../plain-adapter.js';

/** The arguments are the content of the event. */
export class Faulty extends PlainAdapter {
  protected override event(
    session: PlainSession,
    name: string,
    phase: string,
    metadata: Json,
    args: Args,
  ): void {
    void super.event(session, name, phase, { ...metadata, tool_args: args }, args);
  }
}
