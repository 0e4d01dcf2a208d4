import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../tenants/json-documents.js';
import type { CompiledIdentity, NativeForm } from './form.js';

const RESTRICTIONS = 'com.apple.applicationaccess';
const CONTENT_FILTER = 'com.apple.familycontrols.contentfilter';

const filtered = (lists: JsonObject): JsonObject => ({
  [CONTENT_FILTER]: { restrictWeb: true, useContentFilter: false, allowListEnabled: true, ...lists },
});

/**
 * A configuration profile for macOS, as an MDM installs it; settings stand under the type of their payload. Names: Apple's
 * device-management reference. Safari has no managed setting for uploads, downloads, printing or the clipboard, and takes
 * extensions only from declarations, which no profile can carry.
 */
export const safari: NativeForm = {
  switches: {
    block_screenshots: { [RESTRICTIONS]: { allowScreenShot: false } },
    block_password_manager: { [RESTRICTIONS]: { allowPasswordAutoFill: false, safariAllowAutoFill: false } },
  },
  lists: {
    blocked_urls: (urls) => filtered({ filterDenyList: urls }),
    allowed_urls: (urls) => filtered({ filterAllowList: urls }),
  },
  reports: {},
  nativeName: /^com\./,
  document: profile,
};

function profile(settings: JsonObject, { policyId, name }: CompiledIdentity): JsonObject {
  const identifier = `com.atensecurity.thoth.browser.${policyId}`;
  const payload = (type: string, suffix: string): JsonObject => ({
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}${suffix}`,
    PayloadUUID: uuid(`${identifier}${suffix}`),
  });
  return {
    ...payload('Configuration', ''),
    PayloadDisplayName: name,
    PayloadScope: 'System',
    PayloadContent: Object.entries(settings)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([type, members]) => ({
        ...(isJsonObject(members) ? members : {}),
        ...payload(type, `.${type}`),
      })),
  };
}

/** Named and not random: an MDM takes the same profile under a new UUID for another one. RFC 9562, version 8. */
function uuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`.toUpperCase();
}
