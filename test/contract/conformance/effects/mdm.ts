import { expect } from 'vitest';
import { startReceiver, type Effects, type Rehearsal } from '../rehearsal.js';

const device = (id: string) => ({ id, name: `host ${id}`, user: `${id}@example.com`, os: 'macos' });

/** The custom provider over a local inventory whose devices may change. */
async function withInventory({ api }: Rehearsal, use: (devices: object[]) => Promise<void>): Promise<void> {
  const devices: object[] = [device('d1')];
  const inventory = await startReceiver(() => ({ status: 200, body: { devices } }));
  try {
    await api.call('upsertMdmProvider', {
      body: { provider: 'custom', enabled: true, config: { endpoint: inventory.url, api_token: 'token' } },
    });
    await use(devices);
  } finally {
    inventory.close();
  }
}

async function synced({ api }: Rehearsal) {
  const { job_id: jobId } = await api.call('startMdmSync', { path: { provider: 'custom' }, body: {} });
  for (;;) {
    const job = await api.call('getMdmSyncJob', { path: { jobId } });
    if (job.status === 'succeeded' || job.status === 'failed') return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const mdmEffects: Effects<
  | 'listMdmProviders'
  | 'listMdmSyncJobs'
  | 'upsertMdmProvider'
  | 'startMdmSync'
  | 'getMdmSyncJob'
  | 'getMdmProvider'
> = {
  async listMdmProviders({ api }) {
    const slugs = async () => (await api.call('listMdmProviders', {})).data.map((row) => row.provider);
    expect(await slugs()).not.toContain('jamf');
    await api.call('upsertMdmProvider', { body: { provider: 'jamf', enabled: false } });
    expect(await slugs()).toContain('jamf');
  },

  async upsertMdmProvider({ api }) {
    const write = (enabled: boolean) =>
      api.call('upsertMdmProvider', { body: { provider: 'intune', name: 'corp', enabled } });
    expect(await write(true)).toMatchObject({ name: 'corp', enabled: true });
    expect(await write(false)).toMatchObject({ name: 'corp', enabled: false, status: 'disabled' });
  },

  async getMdmProvider({ api }) {
    const read = () => api.call('getMdmProvider', { path: { provider: 'kandji' } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    await api.call('upsertMdmProvider', {
      body: {
        provider: 'kandji',
        config: { api_url: 'https://k.example', api_tokn: 'never-read-back', api_token: 'never-read-back' },
      },
    });
    const stored = await read();
    expect(stored.config).toEqual({ api_url: 'https://k.example' });
    expect(JSON.stringify(stored)).not.toContain('never-read-back');
  },

  async startMdmSync(stage) {
    await withInventory(stage, async (devices) => {
      expect(await synced(stage)).toMatchObject({ status: 'succeeded', synced_endpoints: 1 });
      devices.push(device('d2'));
      expect(await synced(stage)).toMatchObject({ status: 'succeeded', synced_endpoints: 2 });
      const hosts = (await stage.api.call('listEndpoints', {})).data.map((row) => row.hostname);
      expect(hosts).toEqual(expect.arrayContaining(['host d1', 'host d2']));
    });
  },

  async listMdmSyncJobs(stage) {
    const list = async () => {
      const { data, total } = await stage.api.call('listMdmSyncJobs', { query: { provider: 'custom' } });
      return { ids: data.map((job) => job.job_id), total };
    };
    await withInventory(stage, async () => {
      const before = await list();
      const { job_id: jobId } = await synced(stage);
      expect(await list()).toEqual({ ids: [jobId, ...before.ids], total: before.ids.length + 1 });
    });
  },

  async getMdmSyncJob(stage) {
    await withInventory(stage, async (devices) => {
      const first = await synced(stage);
      devices.push({ id: 'nobody', name: 'host nobody' });
      const second = await synced(stage);
      expect(second.unassigned_count).toBe((first.unassigned_count ?? 0) + 1);
      const again = await stage.api.call('getMdmSyncJob', { path: { jobId: first.job_id } });
      expect(again).toEqual(first);
    });
  },
};
