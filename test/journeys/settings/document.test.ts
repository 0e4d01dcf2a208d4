import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeSettings, settingsChanges } from '../../../src/journeys/settings/document.js';
import { readPatch, splitAssignment } from '../../../src/journeys/settings/patch.js';

const tree = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'tool_risk_overrides'),
  fc.oneof(
    fc.integer(),
    fc.constant(null),
    fc.array(fc.integer()),
    fc.dictionary(fc.constantFrom('x', 'y'), fc.option(fc.string())),
  ),
);

describe('settings document', () => {
  it('keeps members that no flag names, down to single keys', () => {
    const current = {
      revision: '7',
      unknownToUs: [1],
      shadow_policy: { low: 'allow', high: 'block' },
      tool_risk_overrides: { a: 'low', c: 'low' },
    };
    const patch = {
      shadow_policy: { high: 'step_up' },
      tool_risk_overrides: { b: 'high', c: null },
      revision: '1',
    };
    const merged = mergeSettings(current, patch);
    expect(merged).toEqual({
      revision: '7',
      unknownToUs: [1],
      shadow_policy: { low: 'allow', high: 'step_up' },
      tool_risk_overrides: { a: 'low', b: 'high' },
    });
    expect(settingsChanges(current, merged)).toEqual([
      { path: 'shadow_policy.high', before: 'block', after: 'step_up' },
      { path: 'tool_risk_overrides.b', before: null, after: 'high' },
      { path: 'tool_risk_overrides.c', before: 'low', after: null },
    ]);
  });

  it('is idempotent: merging twice is merging once, and then changes nothing', () => {
    fc.assert(
      fc.property(tree, tree, (current, patch) => {
        const once = mergeSettings(current, patch);
        expect(mergeSettings(once, patch)).toEqual(once);
        expect(settingsChanges(once, mergeSettings(once, patch))).toEqual([]);
      }),
    );
  });

  it('never shows a secret', () => {
    const changes = settingsChanges(
      {},
      { webhook: { secret: 's3cr3t' }, pam: { request_auth_token: 't0k' } },
    );
    expect(JSON.stringify(changes)).not.toMatch(/s3cr3t|t0k/);
    expect(changes.map((change) => change.path)).toEqual(['pam.request_auth_token', 'webhook.secret']);
  });
});

describe('settings assignments', () => {
  it('splits at the first equals sign outside quotes', () => {
    expect(splitAssignment('--set', 'a.b=c=d')).toEqual([['a', 'b'], 'c=d']);
    expect(splitAssignment('--set', 'tool_risk_overrides."fs.write=x"=high')).toEqual([
      ['tool_risk_overrides', 'fs.write=x'],
      'high',
    ]);
    for (const bad of ['a', '=x', 'a..b=1', '.a=1', '__proto__.x=1'])
      expect(() => splitAssignment('--set', bad), bad).toThrow(/path=value/);
  });

  it('reads JSON where it is JSON and text otherwise, and warns about secrets', async () => {
    const warnings: string[] = [];
    const patch = await readPatch({
      set: ['webhook.enabled=true', 'compliance_profile=soc2', 'a.b=null', 'webhook.secret=x'],
      setFile: [],
      file: undefined,
      warn: (text) => warnings.push(text),
    });
    expect(patch).toEqual({
      webhook: { enabled: true, secret: 'x' },
      compliance_profile: 'soc2',
      a: { b: null },
    });
    expect(warnings).toEqual([
      expect.stringContaining('--set webhook.secret puts a secret on the command line'),
      expect.stringContaining('no setting is documented as a'),
    ]);
  });
});
