import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heaviestAt, nestingOf } from '../../src/engine/heaviest-part.js';

const PIECES = [
  '"',
  '`',
  '#',
  '//',
  '\\',
  '\n',
  ';',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ' ',
  'deny if',
  '/',
  '\u{1F600}',
];

describe('the part of a policy that costs most', () => {
  test.each([
    [
      'the rule of many lines',
      `package p\n\nallow if true\n\ndeny if {\n${'\tinput.x\n'.repeat(9)}}\n`,
      'deny if {',
    ],
    [
      'the Cedar policy of many conditions',
      `permit (a);\nforbid (b) when { ${'c || '.repeat(9)} };`,
      'forbid',
    ],
    ['the deepest bracket', `x := 1\ny := ${'['.repeat(9)}1${']'.repeat(9)}\n`, '[1]'],
    [
      'brackets in texts and comments do not count',
      `x := "${'['.repeat(30)}" # ${'{'.repeat(30)}\nyes := 1234567`,
      'x :=',
    ],
  ])('%s', (_name, source, found) => {
    expect(source.slice(heaviestAt(source)).startsWith(found)).toBe(true);
  });

  test('is a place in any text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES)), (pieces) => {
        const source = pieces.join('');
        expect(heaviestAt(source)).toBeLessThanOrEqual(source.length);
        expect(nestingOf(source)).toBeLessThanOrEqual(source.length);
      }),
    );
  });
});
