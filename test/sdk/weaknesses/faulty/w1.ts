import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Args, type Permitted, type PlainSession } from '../plain-adapter.js';

/** A hold without a token is taken for settled. */
export class Faulty extends PlainAdapter {
  protected override async stepUp(session: PlainSession, args: Args, first: Json): Promise<Permitted> {
    if (first['hold_token'] === undefined) return { effective: args, authorization: 'ALLOW' };
    return super.stepUp(session, args, first);
  }
}
