import libraryForm from 'canonicalize';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalize, toWellFormed } from '../../src/evidence/index.js';

test('the sorting and number examples of RFC 8785', () => {
  const sorting = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Dalet',
    '1': 'One',
    '\ud83d\ude00': 'Smiley',
    '\u0080': 'Control',
    '\u00f6': 'o',
  };
  expect(
    Object.values(JSON.parse(canonicalize(Object.entries(sorting).map(([, name]) => name))) as string[]),
  ).toHaveLength(7);
  expect([...canonicalize(sorting).matchAll(/:"([^"]+)"/g)].map((match) => match[1])).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'o',
    'Euro Sign',
    'Smiley',
    'Dalet',
  ]);
  expect(canonicalize([Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  );
  expect(canonicalize('\u20ac$\u000f\nA\'B"\\\\"/')).toBe(String.raw`"€$\u000f\nA'B\"\\\\\"/"`);
});

test.each([
  ['not a number', Number.NaN],
  ['infinity', [Number.POSITIVE_INFINITY]],
  ['a lone high surrogate', 'a\ud800'],
  ['a lone low surrogate', { b: '\udc00x' }],
  ['a lone surrogate in a name', { '\ud800': 1 }],
  ['undefined in an array', [undefined]],
  ['a function', { f: () => 1 }],
  ['a bigint', 1n],
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['nothing at all', undefined],
])('%s has no canonical form', (_, value) => {
  expect(() => canonicalize(value)).toThrow(expect.objectContaining({ code: 'not_canonicalizable' }));
});

test('nesting is bounded', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  expect(canonicalize(nested(64))).toHaveLength(129);
  expect(() => canonicalize(nested(65))).toThrow(/deeper/);
});

test('members that are undefined are left out, as JSON does', () => {
  expect(canonicalize({ b: undefined, a: 1 })).toBe('{"a":1}');
});

test('agrees with another implementation on every JSON value, and is a fixed point', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 5 }), (value) => {
      const usable = toWellFormed(JSON.parse(JSON.stringify(value)));
      const text = canonicalize(usable);
      expect(text).toBe(libraryForm(usable));
      expect(canonicalize(JSON.parse(text))).toBe(text);
    }),
  );
});
