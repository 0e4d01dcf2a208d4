import { PlainAdapter, type Args, type Permitted, type PlainSession, type Reply } from '../plain-adapter.js';

/** Every status but 200 is an outage. */
export class Faulty extends PlainAdapter {
  protected override async decide(session: PlainSession, args: Args, reply: Reply): Promise<Permitted> {
    return reply?.status === 200 ? super.decide(session, args, reply) : this.down(session, args);
  }
}
