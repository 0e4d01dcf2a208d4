import type { JsonObject } from '../../tenants/json-documents.js';
import type { NativeForm } from './form.js';

/** Firefox wants match patterns; a policy may name a host as Chrome does, and then means its subdomains as well. */
function matchPattern(entry: string): string {
  if (entry === '*') return '<all_urls>';
  if (entry.includes('://') || entry.startsWith('<')) return entry;
  const slash = entry.indexOf('/');
  const host = (slash === -1 ? entry : entry.slice(0, slash)).replace(/^(?:\*\.|\.)/, '');
  return `*://*.${host}${slash === -1 ? '/' : entry.slice(slash)}*`;
}

function extensions(ids: readonly string[], setting: (id: string) => JsonObject): JsonObject {
  return { ExtensionSettings: Object.fromEntries(ids.map((id) => [id, setting(id)])) };
}

/** `policies.json`. Names and values: the Firefox administrator reference. */
export const firefox: NativeForm = {
  switches: {
    block_uploads: { AllowFileSelectionDialogs: false },
    block_printing: { PrintingEnabled: false },
    block_private_browsing: { PrivateBrowsingModeAvailability: 1 },
    block_developer_tools: { DisableDeveloperTools: true },
    block_password_manager: { PasswordManagerEnabled: false },
  },
  lists: {
    blocked_urls: (urls) => ({ WebsiteFilter: { Block: urls.map(matchPattern) } }),
    allowed_urls: (urls) => ({ WebsiteFilter: { Exceptions: urls.map(matchPattern) } }),
    blocked_extensions: (ids) => extensions(ids, () => ({ installation_mode: 'blocked' })),
    allowed_extensions: (ids) => extensions(ids, () => ({ installation_mode: 'allowed' })),
    required_extensions: (ids) =>
      extensions(ids, (id) => ({
        installation_mode: 'force_installed',
        install_url: `https://addons.mozilla.org/firefox/downloads/latest/${encodeURIComponent(id)}/latest.xpi`,
      })),
  },
  reports: {},
  nativeName: /^[A-Z]/,
  document: (settings) => ({ policies: settings }),
};
