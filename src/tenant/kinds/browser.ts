import { comparable, type Kind } from './kind.js';
import { writable } from './write-body.js';

/** The configuration of a browser provider is written and never read back. */
export const browserProviders: Kind = {
  section: 'browser_providers',
  levels: 1,
  secret: (path) => path.startsWith('config'),
  async read(api, asked, signal) {
    const { data } = await api.call('listBrowserProviders', {}, { signal });
    return data
      .filter((row) => row.enabled || asked.has(JSON.stringify([row.provider])))
      .map((row) => ({ identity: [row.provider], fields: comparable(row, ['name', 'enabled']) }));
  },
  async put(api, { identity: [provider = ''], wanted, present }, signal) {
    const body = await writable('upsertBrowserProvider', { ...present?.fields, ...wanted, provider });
    await api.call('upsertBrowserProvider', { body }, { signal });
  },
  async remove(api, { identity: [provider = ''] }, signal) {
    const body = await writable('upsertBrowserProvider', { provider, enabled: false });
    await api.call('upsertBrowserProvider', { body }, { signal });
  },
};

export const browserPolicies: Kind = {
  section: 'browser_policies',
  levels: 2,
  async read(api, asked, signal) {
    const { data } = await api.call('listBrowserPolicies', {}, { signal });
    return data
      .filter((row) => row.active || asked.has(JSON.stringify([row.provider, row.name])))
      .map((row) => ({
        identity: [row.provider, row.name],
        fields: comparable(row, ['policy', 'enforcement_mode', 'active', 'metadata']),
        handle: row.policy_id,
      }));
  },
  async put(api, { identity: [provider = '', name = ''], wanted, present }, signal) {
    const body = await writable('upsertBrowserPolicy', {
      ...present?.fields,
      ...wanted,
      provider,
      name,
      policy_id: present?.handle,
    });
    await api.call('upsertBrowserPolicy', { body }, { signal });
  },
  async remove(api, { identity: [provider = '', name = ''], fields, handle }, signal) {
    const body = await writable('upsertBrowserPolicy', {
      ...fields,
      provider,
      name,
      policy_id: handle,
      active: false,
    });
    await api.call('upsertBrowserPolicy', { body }, { signal });
  },
};
