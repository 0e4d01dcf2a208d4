import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/server/browser/compile.js';
import { LISTS, SWITCHES } from '../../../src/server/browser/native/controls.js';

const ENFORCED = { policyId: 'p-1', name: 'Guardrails', mode: 'enforce' } as const;
const MONITORED = { ...ENFORCED, mode: 'monitor' } as const;

describe('a browser policy', () => {
  it('becomes what Chrome reads', () => {
    const policy = {
      block_uploads: true,
      block_downloads: false,
      block_private_browsing: true,
      blocked_urls: ['*'],
      allowed_urls: ['corp.example'],
      required_extensions: ['abc'],
      HomepageLocation: 'https://corp.example',
      native: { PrintingEnabled: true, URLBlocklist: ['ads.example'] },
    };
    expect(compilePolicy('chrome', policy, ENFORCED)).toEqual({
      document: {
        AllowFileSelectionDialogs: false,
        IncognitoModeAvailability: 1,
        URLBlocklist: ['*', 'ads.example'],
        URLAllowlist: ['corp.example'],
        ExtensionInstallForcelist: ['abc'],
        HomepageLocation: 'https://corp.example',
        PrintingEnabled: true,
      },
      unsupported: [],
    });
  });

  it('becomes policies.json of Firefox, and says what Firefox cannot do', () => {
    const policy = {
      block_clipboard: true,
      block_developer_tools: true,
      blocked_urls: ['ads.example', '*.x.example/path', '*', 'https://a.example/*'],
      blocked_extensions: ['*'],
      required_extensions: ['thoth@aten.example'],
    };
    expect(compilePolicy('firefox', policy, ENFORCED)).toEqual({
      document: {
        policies: {
          DisableDeveloperTools: true,
          WebsiteFilter: {
            Block: ['*://*.ads.example/*', '*://*.x.example/path*', '<all_urls>', 'https://a.example/*'],
          },
          ExtensionSettings: {
            '*': { installation_mode: 'blocked' },
            'thoth@aten.example': {
              installation_mode: 'force_installed',
              install_url:
                'https://addons.mozilla.org/firefox/downloads/latest/thoth%40aten.example/latest.xpi',
            },
          },
        },
      },
      unsupported: ['block_clipboard'],
    });
  });

  it('becomes a configuration profile for Safari, the same one every time', () => {
    const policy = { block_screenshots: true, block_uploads: true, blocked_urls: ['https://ads.example'] };
    const { document, unsupported } = compilePolicy('safari', policy, ENFORCED);
    expect(document).toMatchObject({
      PayloadType: 'Configuration',
      PayloadIdentifier: 'com.atensecurity.thoth.browser.p-1',
      PayloadDisplayName: 'Guardrails',
      PayloadContent: [
        { PayloadType: 'com.apple.applicationaccess', allowScreenShot: false },
        { PayloadType: 'com.apple.familycontrols.contentfilter', filterDenyList: ['https://ads.example'] },
      ],
    });
    expect(document['PayloadUUID']).toMatch(
      /^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-A[0-9A-F]{3}-[0-9A-F]{12}$/,
    );
    expect(unsupported).toEqual(['block_uploads']);
    const other = compilePolicy('safari', policy, { ...ENFORCED, policyId: 'p-2' });
    expect(other.document['PayloadUUID']).not.toBe(document['PayloadUUID']);
  });

  it('becomes a rule for Island', () => {
    const { document } = compilePolicy('island', { block_uploads: true, blocked_urls: ['x'] }, ENFORCED);
    expect(document).toEqual({
      rule: {
        name: 'Guardrails',
        mode: 'enforce',
        actions: { uploads: 'block' },
        destinations: { blocked: ['x'] },
      },
    });
  });

  it('blocks nothing in monitor mode', () => {
    const policy = {
      block_uploads: true,
      block_clipboard: true,
      blocked_urls: ['*'],
      required_extensions: ['abc'],
    };
    expect(compilePolicy('chrome', policy, MONITORED).document).toEqual({
      ExtensionInstallForcelist: ['abc'],
      DataControlsRules: [
        expect.objectContaining({ restrictions: [{ class: 'CLIPBOARD', level: 'REPORT' }] }),
      ],
    });
    expect(compilePolicy('firefox', { block_uploads: true }, MONITORED).document).toEqual({ policies: {} });
  });

  it('names what it could not read', () => {
    const policy = { block_upload: true, block_uploads: 'yes', blocked_urls: [1] };
    expect(compilePolicy('chrome', policy, ENFORCED)).toEqual({
      document: {},
      unsupported: ['block_upload', 'block_uploads', 'blocked_urls'],
    });
  });

  it('is the same document for the same policy, and each control makes a difference or is named', () => {
    const browser = fc.constantFrom(
      'chrome' as const,
      'firefox' as const,
      'safari' as const,
      'island' as const,
    );
    const switches = fc.subarray([...SWITCHES]);
    const lists = fc.dictionary(
      fc.constantFrom(...LISTS),
      fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
    );
    fc.assert(
      fc.property(browser, switches, lists, (provider, on, listed) => {
        const policy = { ...Object.fromEntries(on.map((name) => [name, true])), ...listed };
        const compiled = compilePolicy(provider, policy, ENFORCED);
        expect(compilePolicy(provider, structuredClone(policy), ENFORCED)).toEqual(compiled);
        for (const control of Object.keys(policy)) {
          const { [control]: _left, ...rest } = policy as Record<string, unknown>;
          const without = compilePolicy(provider, rest, ENFORCED);
          const silent = JSON.stringify(without.document) === JSON.stringify(compiled.document);
          // A site or extension may be listed twice under one setting; then leaving one list out changes nothing.
          if (silent && !control.includes('extensions')) expect(compiled.unsupported).toContain(control);
        }
      }),
    );
  });
});
