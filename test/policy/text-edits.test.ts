import '../support/property-seed.js';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyEdits } from '../../src/text-edits.js';

it.each([
  ['nothing', [], 'abcdef'],
  [
    'in any order',
    [
      { start: 4, end: 6, text: 'X' },
      { start: 0, end: 1, text: 'long' },
    ],
    'longbcdX',
  ],
  [
    'next to each other',
    [
      { start: 1, end: 3, text: '' },
      { start: 3, end: 3, text: '-' },
    ],
    'a-def',
  ],
  [
    'the later of two that overlap',
    [
      { start: 0, end: 4, text: 'X' },
      { start: 3, end: 5, text: 'Y' },
    ],
    'abcYf',
  ],
])('edits a text: %s', (_what, edits, expected) => {
  expect(applyEdits('abcdef', edits)).toBe(expected);
});

it('keeps whatever stands between the edits', () => {
  const pieces = fc.array(fc.record({ kept: fc.string(), old: fc.string(), text: fc.string() }));
  fc.assert(
    fc.property(pieces, fc.string(), (parts, rest) => {
      let start = 0;
      const edits = parts.map(({ kept, old, text }) => {
        const from = start + kept.length;
        start = from + old.length;
        return { start: from, end: start, text };
      });
      // Two insertions at one place have no order of their own.
      fc.pre(new Set(edits.map((edit) => edit.start)).size === edits.length);
      const text = parts.map(({ kept, old }) => kept + old).join('') + rest;
      const wanted = parts.map(({ kept, text: put }) => kept + put).join('') + rest;
      expect(applyEdits(text, edits)).toBe(wanted);
    }),
  );
});
