import { startTestServer, type Reply, type TestServer } from '../http/running-server.js';

/** A server under test, and the few calls every test of a sync makes. */
export interface SyncRig {
  readonly thoth: TestServer;
  upsert(provider: string, config: object, more?: object): Promise<Reply>;
  start(provider: string): Promise<string>;
  /** The job once it has come to its end. */
  ended(jobId: string): Promise<Reply['body']>;
  sync(provider: string): Promise<Reply['body']>;
  endpoint(id: string): Promise<Reply['body']>;
  endpoints(): Promise<Reply['body'][]>;
}

export async function startSyncRig(): Promise<SyncRig> {
  const thoth = await startTestServer({ allowPrivateDelivery: true });
  const rig: SyncRig = {
    thoth,
    upsert: (provider, config, more = {}) =>
      thoth.call('POST', '/thoth/mdm/providers', { provider, enabled: true, config, ...more }),
    async start(provider) {
      const reply = await thoth.call('POST', `/thoth/mdm/providers/${provider}/sync`, {});
      if (reply.status !== 202) throw new Error(`the sync answered ${reply.status}`);
      return reply.body.job_id;
    },
    async ended(jobId) {
      for (;;) {
        const { body } = await thoth.call('GET', `/thoth/mdm/sync-jobs/${jobId}`);
        if (body.status === 'succeeded' || body.status === 'failed') return body;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    sync: async (provider) => rig.ended(await rig.start(provider)),
    endpoint: async (id) => (await thoth.call('GET', `/thoth/endpoints/${id}`)).body,
    endpoints: async () => (await thoth.call('GET', '/thoth/endpoints')).body.data,
  };
  return rig;
}

export function series<T>(count: number, make: (number: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}
