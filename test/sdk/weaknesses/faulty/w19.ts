import { request } from 'node:http';
import type { Json } from '../../scripted-enforcer.js';
import { PlainAdapter, type Args, type PlainSession, type Reply } from '../plain-adapter.js';
import type { Settings } from '../plain-settings.js';

/** One POST per event, each on a connection of its own. */
export class Faulty extends PlainAdapter {
  protected override event(
    session: PlainSession,
    name: string,
    phase: string,
    metadata: Json,
    args: Args,
  ): void {
    void super.event(session, name, phase, metadata, args);
    this.send(session.settings);
  }

  protected override post(settings: Settings, batch: readonly Json[]): Promise<Reply> {
    return new Promise((resolve) => {
      const url = `${settings.apiUrl}/v1/events/batch`;
      const outgoing = request(url, { method: 'POST', agent: false }, (reply) => {
        reply.resume();
        resolve({ status: reply.statusCode ?? 0, body: undefined });
      });
      outgoing.on('error', () => resolve(undefined));
      outgoing.end(JSON.stringify(batch));
    });
  }
}
