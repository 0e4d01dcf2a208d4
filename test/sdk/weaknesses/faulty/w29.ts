import { PlainAdapter, type Args, type PlainSession } from '../plain-adapter.js';

/** The explanation is fetched before the error is raised. */
export class Faulty extends PlainAdapter {
  protected override async explain(session: PlainSession, args: Args): Promise<void> {
    await this.request(session, 'POST', '/v1/explain', { tool_args: args[0], decision: 'BLOCK' });
  }
}
