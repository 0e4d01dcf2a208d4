import { describe, expect, it } from 'vitest';
import { settingsPatch } from '../../../src/journeys/bootstrap/settings-patch.js';

const nothing = { shadow: {}, webhook: { test: false }, secretBroker: {} };

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
});
