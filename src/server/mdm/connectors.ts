import type { MdmProviderSlug } from '../../contract/govapi/types.js';
import type { MdmConnector } from './connector.js';
import { custom } from './vendors/custom.js';
import { intune } from './vendors/intune.js';
import { jamf } from './vendors/jamf.js';
import { kandji } from './vendors/kandji.js';
import { workspaceOne } from './vendors/workspace-one.js';

export const CONNECTORS: Readonly<Record<MdmProviderSlug, MdmConnector>> = {
  jamf,
  intune,
  kandji,
  workspace_one: workspaceOne,
  custom,
};

export function isProviderSlug(text: string): text is MdmProviderSlug {
  return Object.hasOwn(CONNECTORS, text);
}

/** The operator names address and token its own way; each connector has its own names for them. */
export const OPERATOR_MEMBERS: Readonly<
  Record<MdmProviderSlug, { readonly url: string; readonly key: string }>
> = {
  jamf: { url: 'base_url', key: 'client_secret' },
  intune: { url: 'base_url', key: 'client_secret' },
  kandji: { url: 'api_url', key: 'api_token' },
  workspace_one: { url: 'base_url', key: 'client_secret' },
  custom: { url: 'endpoint', key: 'api_token' },
};
