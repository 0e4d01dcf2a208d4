import type { JsonObject } from '../../tenants/json-documents.js';
import type { NativeForm } from './form.js';

/** A data-controls rule for every site. Chrome applies these where it is licensed for them, and ignores them elsewhere. */
function dataRule(control: string, kind: string, level: 'BLOCK' | 'REPORT'): JsonObject {
  return {
    DataControlsRules: [
      {
        rule_id: `thoth-${control}`,
        name: `thoth ${control}`,
        sources: { urls: ['*'] },
        restrictions: [{ class: kind, level }],
      },
    ],
  };
}

/** The JSON of Chrome's managed-policy folder. Names and values: the Chrome Enterprise policy list. */
export const chrome: NativeForm = {
  switches: {
    block_uploads: { AllowFileSelectionDialogs: false },
    block_downloads: { DownloadRestrictions: 3 },
    block_clipboard: dataRule('clipboard', 'CLIPBOARD', 'BLOCK'),
    block_printing: { PrintingEnabled: false },
    block_screenshots: { DisableScreenshots: true },
    block_private_browsing: { IncognitoModeAvailability: 1 },
    block_developer_tools: { DeveloperToolsAvailability: 2 },
    block_password_manager: { PasswordManagerEnabled: false },
  },
  lists: {
    blocked_urls: (urls) => ({ URLBlocklist: urls }),
    allowed_urls: (urls) => ({ URLAllowlist: urls }),
    blocked_extensions: (ids) => ({ ExtensionInstallBlocklist: ids }),
    allowed_extensions: (ids) => ({ ExtensionInstallAllowlist: ids }),
    required_extensions: (ids) => ({ ExtensionInstallForcelist: ids }),
  },
  reports: {
    block_clipboard: dataRule('clipboard', 'CLIPBOARD', 'REPORT'),
    block_screenshots: dataRule('screenshots', 'SCREENSHOT', 'REPORT'),
  },
  nativeName: /^[A-Z]/,
  document: (settings) => settings,
};
