import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Args, type PlainSession } from '../plain-adapter.js';

/** Refusals and failures leave no event, and POST always claims ALLOW. */
export class Faulty extends PlainAdapter {
  protected override event(
    session: PlainSession,
    name: string,
    phase: string,
    metadata: Json,
    args: Args,
  ): void {
    if (phase === 'BLOCK' || metadata['outcome'] === 'error') return;
    void super.event(session, name, phase, { ...metadata, authorization_decision: 'ALLOW' }, args);
  }

  protected override details(): Json {
    return { source: 'policy' };
  }
}
