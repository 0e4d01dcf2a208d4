import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planChanges, type Section } from '../../src/tenant/changes.js';
import { fieldChanges, sameValue, secretPaths } from '../../src/tenant/compare.js';
import { KINDS } from '../../src/tenant/kinds/index.js';
import {
  SECTIONS,
  type Fields,
  type Item,
  type Kind,
  type SectionName,
} from '../../src/tenant/kinds/kind.js';

const kind = (section: SectionName): Kind => {
  const found = KINDS.find((each) => each.section === section);
  if (found === undefined) throw new TypeError(section);
  return found;
};
const paths = (changes: readonly { path: string }[]): string[] => changes.map((change) => change.path);

describe('members', () => {
  it('are compared where the file names them, by path', () => {
    const present = {
      shadow_policy: { low: 'allow', high: 'block' },
      webhook: { url: 'https://a.example' },
      other: 1,
    };
    const wanted = {
      shadow_policy: { high: 'step_up' },
      webhook: { url: 'https://a.example', secret: 'env:S' },
    };
    expect(fieldChanges(wanted, present, kind('settings'))).toEqual([
      { path: 'shadow_policy.high', before: 'block', after: 'step_up' },
    ]);
    expect(secretPaths(wanted, kind('settings'))).toEqual(['webhook.secret']);
  });

  it('that are replaced as a unit differ when an entry is gone', () => {
    const rules = kind('settings');
    const present = { tool_risk_overrides: { a: 'high', b: 'low' } };
    expect(paths(fieldChanges({ tool_risk_overrides: { a: 'high' } }, present, rules))).toEqual([
      'tool_risk_overrides',
    ]);
  });

  it('that are sets have no order, lists do', () => {
    expect(
      fieldChanges({ host_patterns: ['b', 'a'] }, { host_patterns: ['a', 'b'] }, kind('mcp_vendors')),
    ).toEqual([]);
    expect(
      fieldChanges({ approved_scope: ['b', 'a'] }, { approved_scope: ['a', 'b'] }, kind('agents')),
    ).toHaveLength(1);
  });

  it.each([
    [null, undefined, true],
    ['', null, true],
    [0, null, false],
    [[], null, false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [[1, 2], [2, 1], false],
    [{ a: null }, {}, false],
  ])('%j and %j: same is %j', (left, right, same) => {
    expect(sameValue(left, right)).toBe(same);
  });
});

// A tenant as the server would keep it, reduced to what planning depends on.
const scalar = fc.oneof(fc.string({ maxLength: 4 }), fc.integer({ min: -3, max: 3 }), fc.boolean());
const fields: fc.Arbitrary<Fields> = fc.dictionary(
  fc.constantFrom('region', 'status', 'approved', 'host_patterns', 'policy'),
  fc.oneof(scalar, fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })),
  { maxKeys: 4 },
);
const section = fc.constantFrom<SectionName>(
  'fleets',
  'mcp_vendors',
  'policy_bundles',
  'browser_policies',
  'packs',
);
const state = fc.dictionary(section, fc.dictionary(fc.constantFrom('x', 'y', 'z'), fields, { maxKeys: 3 }), {
  maxKeys: 4,
});
type State = Readonly<Record<string, Readonly<Record<string, Fields>>>>;

const itemsOf = (of: State, name: string, reversed = false): Item[] => {
  const items = Object.entries(of[name] ?? {}).map(([id, each]) => ({ identity: [id], fields: each }));
  return reversed ? items.reverse() : items;
};
const sections = (wanted: State, present: State, reversed = false): Section[] =>
  KINDS.filter((each) => each.section !== 'settings').map((each) => ({
    kind: each,
    wanted: itemsOf(wanted, each.section, reversed),
    present: itemsOf(present, each.section, reversed),
  }));

function carriedOut(present: State, changes: ReturnType<typeof planChanges>): State {
  const next = new Map(
    Object.entries(present).map(([name, items]) => [name, new Map(Object.entries(items))]),
  );
  for (const change of changes) {
    const items = next.get(change.section) ?? new Map<string, Fields>();
    const [id = ''] = change.identity;
    if (change.action === 'delete') items.delete(id);
    else items.set(id, { ...items.get(id), ...change.wanted });
    next.set(change.section, items);
  }
  return Object.fromEntries([...next].map(([name, items]) => [name, Object.fromEntries(items)]));
}

describe('plans', () => {
  const all = { prune: new Set(SECTIONS), secrets: false };
  const none = { prune: new Set<SectionName>(), secrets: false };

  it('converge from any state in one step, whatever is pruned', () => {
    fc.assert(
      fc.property(state, state, fc.subarray([...SECTIONS]), (wanted, present, pruned) => {
        const options = { prune: new Set(pruned), secrets: false };
        const after = carriedOut(present, planChanges(sections(wanted, present), options));
        expect(planChanges(sections(wanted, after), options)).toEqual([]);
      }),
    );
  });

  it('do not depend on the order of items', () => {
    fc.assert(
      fc.property(state, state, (wanted, present) => {
        const text = (reversed: boolean): string[] =>
          planChanges(sections(wanted, present, reversed), all)
            .map((change) => JSON.stringify(change))
            .sort();
        expect(text(true)).toEqual(text(false));
      }),
    );
  });

  it('delete nothing in a section that was not named, and leave members alone that the file does not have', () => {
    fc.assert(
      fc.property(state, state, (wanted, present) => {
        const changes = planChanges(sections(wanted, present), none);
        expect(changes.filter((change) => change.action === 'delete')).toEqual([]);
        for (const change of changes)
          for (const { path } of change.fields)
            expect(Object.keys(change.wanted)).toContain(path.split('.')[0]);
      }),
    );
  });

  it('write in order of the sections and delete in reverse', () => {
    const wanted = { fleets: { x: { region: 'eu' } }, packs: { x: {} } };
    const present = { fleets: { y: {} }, packs: { y: {} } };
    expect(
      planChanges(sections(wanted, present), all).map((change) => `${change.action} ${change.section}`),
    ).toEqual(['create fleets', 'create packs', 'delete packs', 'delete fleets']);
  });
});
