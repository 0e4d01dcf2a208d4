import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasDoubtfulMembers } from '../../src/json/doubtful-members.js';

function doubtful(text: string): boolean {
  return hasDoubtfulMembers(text, JSON.parse(text));
}

const name = fc.oneof(fc.string(), fc.constantFrom('a', '"', ':', '\\', '\\"', '__proto__'));
const anyJson = fc.jsonValue({ depthSize: 'small' });
const blanks = fc.constantFrom(undefined, 1, '\t', '\n');
const lowerCase = fc.dictionary(
  name.map((each) => each.toLowerCase()),
  anyJson,
);

describe('members other readers read differently', () => {
  it('are none in what one serialiser wrote, however it is spaced', () => {
    fc.assert(
      fc.property(lowerCase, blanks, (object, space) => {
        expect(doubtful(JSON.stringify(object, null, space))).toBe(false);
      }),
    );
  });

  it('are those given twice, at whatever depth and in whatever spelling', () => {
    fc.assert(
      fc.property(
        name,
        anyJson,
        anyJson,
        fc.array(name, { maxLength: 5 }),
        fc.boolean(),
        (key, one, two, path, escape) => {
          const written = JSON.stringify(key);
          const units = Array.from({ length: key.length }, (_, at) => key.charCodeAt(at));
          const other = escape
            ? `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`
            : written;
          const twice = `{${written}:${JSON.stringify(one)}, ${other} : ${JSON.stringify(two)}}`;
          const text = path.reduce((inner, step) => `{${JSON.stringify(step)}:[${inner}]}`, twice);
          expect(doubtful(text)).toBe(true);
        },
      ),
    );
  });

  it('are those that differ in case alone, in the outermost object', () => {
    expect(doubtful('{"decision":1,"Decision":1}')).toBe(true);
    expect(doubtful('{"holdToken":1,"hold_token":1,"X":1}')).toBe(false);
    expect(doubtful('{"args":{"q":1,"Q":1}}')).toBe(false);
  });
});
