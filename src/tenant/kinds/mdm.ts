import { shownMdmMembers } from '../../contract/govapi/mdm-config.js';
import { isSecretPath } from '../../secret-reference/secret-path.js';
import { comparable, type Kind } from './kind.js';
import { writable } from './write-body.js';

const CONFIG = 'config.';

/** A member that the contract does not document may hold a secret under a mistyped name: no reply has it. */
const isNeverReadBack = (path: string): boolean =>
  isSecretPath(path) || (path.startsWith(CONFIG) && !shownMdmMembers.has(path.slice(CONFIG.length)));

/** Providers are never deleted: pruning switches them off, and what is off does not count as there. */
export const mdm: Kind = {
  section: 'mdm',
  levels: 1,
  merges: true,
  secret: isNeverReadBack,
  async read(api, asked, signal) {
    const { data } = await api.call('listMdmProviders', {}, { signal });
    return data
      .filter((row) => row.enabled || asked.has(JSON.stringify([row.provider])))
      .map((row) => ({
        identity: [row.provider],
        fields: comparable(row, ['name', 'enabled', 'config', 'endpoint_url']),
      }));
  },
  async put(api, { identity: [provider = ''], wanted }, signal) {
    await api.call(
      'upsertMdmProvider',
      { body: await writable('upsertMdmProvider', { ...wanted, provider }) },
      { signal },
    );
  },
  async remove(api, { identity: [provider = ''] }, signal) {
    const body = await writable('upsertMdmProvider', { provider, enabled: false });
    await api.call('upsertMdmProvider', { body }, { signal });
  },
};
