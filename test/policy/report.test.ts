import { describe, expect, it } from 'vitest';
import { diffPolicy } from '../../src/policy/diff.js';
import { differenceForms } from '../../src/policy/report.js';

describe('a difference', () => {
  it('of a few bundles in a large tenant shows a person a few of the others, and a program all', () => {
    const others = Array.from({ length: 25 }, (_unused, n) => ({
      id: `pb_${n}`,
      name: `theirs-${String(n).padStart(2, '0')}`,
      version: 1,
      framework: 'CEDAR',
      policy_hash: '',
      assignments: ['all'],
      enforcement_mode: 'enforce',
      status: 'active',
    }));
    const pruned = others[0];
    if (pruned === undefined) throw new Error('there are some');
    const { view, rows } = differenceForms(
      'Difference',
      diffPolicy([], others),
      { details: [], omitted: 0 },
      [{ action: 'delete', name: pruned.name, newest: pruned, versions: [pruned] }],
    );
    expect(rows).toHaveLength(25);
    if (view.kind !== 'table') throw new Error('nothing changed in detail');
    expect(view.rows.map(({ action, name }) => `${action} ${name}`)).toEqual([
      'delete theirs-00',
      ...Array.from({ length: 10 }, (_unused, n) => `unmanaged theirs-${String(n + 1).padStart(2, '0')}`),
      'unmanaged and 14 more',
    ]);
  });
});
