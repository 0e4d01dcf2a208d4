import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Args, type Permitted, type PlainSession, type Reply } from '../plain-adapter.js';

/** The whole reply is validated, and a reply that fails is an outage. */
export class Faulty extends PlainAdapter {
  protected override async decide(session: PlainSession, args: Args, reply: Reply): Promise<Permitted> {
    const { matched_rule_ids: rules = [] } = (reply?.body ?? {}) as Json;
    return Array.isArray(rules) ? super.decide(session, args, reply) : this.down(session, args);
  }
}
