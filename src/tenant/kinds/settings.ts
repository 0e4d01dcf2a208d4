import { isSecretPath } from '../../secret-reference/secret-path.js';
import { comparable, type Kind } from './kind.js';

const MANAGED = new Set(['tenant_id', 'updated_at', 'revision', 'effective_regulatory_regimes']);

/** Governance, webhook, SIEM, PAM, secret broker, model router, MCP control: one document, merged by the server. */
export const settings: Kind = {
  section: 'settings',
  levels: 0,
  merges: true,
  units: ['tool_risk_overrides', 'session_intents'],
  secret: isSecretPath,
  async read(api, _asked, signal) {
    const document = await api.call('getTenantSettings', {}, { signal });
    const members = Object.keys(document).filter((member) => !MANAGED.has(member));
    // The revision makes the server apply exactly our differences, whoever else writes meanwhile.
    return [
      {
        identity: [],
        fields: comparable(document, members),
        ...(document.revision && { handle: document.revision }),
      },
    ];
  },
  async put(api, { wanted, present }, signal) {
    const body = { ...wanted, ...(present?.handle !== undefined && { revision: present.handle }) };
    await api.call('updateTenantSettings', { body }, { signal });
  },
};
