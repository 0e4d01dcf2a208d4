import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameJson, type JsonObject } from '../../../src/server/tenants/json-documents.js';
import { changedPaths, mergeSettings } from '../../../src/server/tenants/settings-merge.js';
import { splitSecrets } from '../../../src/server/tenants/settings-secrets.js';

const section = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', '__proto__'),
  fc.oneof(
    fc.integer(),
    fc.string(),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('x', 'y'), fc.integer()),
  ),
);
const document: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom('webhook', 'siem', 'pam', 'tool_risk_overrides', 'custom'),
  section,
);

describe('the three-way merge', () => {
  it('changes nothing for a writer who sends back what was read', () => {
    fc.assert(
      fc.property(document, document, (current, base) => {
        expect(sameJson(mergeSettings(current, base, base), current)).toBe(true);
      }),
    );
  });

  it('gives a lone writer, who read the current document, every member written', () => {
    fc.assert(
      fc.property(document, document, (current, written) => {
        const merged = mergeSettings(current, current, written);
        expect(sameJson(mergeSettings(merged, undefined, written), merged)).toBe(true);
      }),
    );
  });

  it('keeps both of two writers who changed different sections, in either order', () => {
    fc.assert(
      fc.property(document, section, section, (base, left, right) => {
        const one = { ...base, left };
        const two = { ...base, right };
        const forth = mergeSettings(mergeSettings(base, base, one), base, two);
        const back = mergeSettings(mergeSettings(base, base, two), base, one);
        expect(sameJson(forth, back)).toBe(true);
        expect(sameJson(forth['left'], left) && sameJson(forth['right'], right)).toBe(true);
      }),
    );
  });

  it('ignores what the server manages and never touches a prototype', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"polluted":1},"revision":"9","updated_at":"x","tenant_id":"t"}',
    );
    const merged = mergeSettings({}, undefined, hostile);
    expect(Object.keys(merged)).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
  });

  it('tells which paths changed', () => {
    expect(changedPaths({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: 1, c: 3 }, d: [1], e: null })).toEqual([
      'a.c',
    ]);
  });
});

describe('secrets', () => {
  it('leave the document, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(null), fc.integer(), fc.constant('****')), (secret) => {
        const split = splitSecrets({ webhook: { url: 'u', secret }, siem: { webhook: { secret } } }, {});
        expect(split.document).toEqual({ webhook: { url: 'u' }, siem: { webhook: {} } });
      }),
    );
  });

  it('are kept when missing, empty or masked, cleared by null', () => {
    const stored = { 'webhook.secret': 'old' };
    for (const webhook of [
      {},
      { secret: '' },
      { secret: '********' },
      { secret: '••••' },
      { secret: 'old' },
    ]) {
      expect(splitSecrets({ webhook }, stored)).toMatchObject({ secrets: stored, changed: [] });
    }
    expect(splitSecrets({ webhook: { secret: null } }, stored)).toMatchObject({
      secrets: {},
      changed: ['webhook.secret'],
    });
  });
});
