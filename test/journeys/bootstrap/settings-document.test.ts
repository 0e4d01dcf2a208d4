import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changesSettings,
  mergeSettings,
  settingsPatch,
} from '../../../src/journeys/bootstrap/settings-document.js';

const nothing = { shadow: {}, webhook: { test: false }, secretBroker: {} };
const tree = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(fc.integer(), fc.array(fc.integer()), fc.dictionary(fc.constantFrom('x', 'y'), fc.string())),
);

describe('settings of a bootstrap', () => {
  it('touches nothing it was not given', () => {
    expect(settingsPatch(nothing)).toEqual({});
    expect(settingsPatch({ ...nothing, webhook: { url: 'https://h', test: true } })).toEqual({
      webhook: { enabled: true, url: 'https://h' },
    });
    expect(settingsPatch({ ...nothing, webhook: { url: 'https://h', enabled: false, test: false } })).toEqual(
      {
        webhook: { enabled: false, url: 'https://h' },
      },
    );
  });

  it('keeps members of the document that no flag names, down to single keys', () => {
    const current = {
      revision: '7',
      unknownToUs: [1],
      shadow_policy: { low: 'allow', high: 'block' },
      tool_risk_overrides: { a: 'low' },
    };
    const patch = settingsPatch({
      ...nothing,
      shadow: { high: 'step_up' },
      toolRiskOverrides: { b: 'high' },
    });
    expect(mergeSettings(current, patch)).toEqual({
      revision: '7',
      unknownToUs: [1],
      shadow_policy: { low: 'allow', high: 'step_up' },
      tool_risk_overrides: { a: 'low', b: 'high' },
    });
  });

  it('is idempotent: merging twice is merging once, and then changes nothing', () => {
    fc.assert(
      fc.property(tree, tree, (current, patch) => {
        const once = mergeSettings(current, patch);
        expect(mergeSettings(once, patch)).toEqual(once);
        expect(changesSettings(once, patch)).toBe(false);
      }),
    );
  });
});
