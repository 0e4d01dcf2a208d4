import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstJsonFault } from '../../src/errors/json-fault.js';

const accepts = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

it('walks to the end of whatever JSON.parse accepts', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom('', ' ', '\n\t'), (text, space) => {
      const spaced = space + text + space;
      expect(firstJsonFault(spaced)).toBe(spaced.length);
    }),
  );
});

it('finds a fault, or an early end, in whatever JSON.parse refuses', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom('', ',', '}', '"', 'x', '\u0001'),
      (text, at, put) => {
        const cut = at % (text.length + 1);
        const broken = text.slice(0, cut) + put + text.slice(cut + 1);
        const fault = firstJsonFault(broken);
        expect(fault).toBeLessThanOrEqual(broken.length);
        if (accepts(broken)) expect(fault).toBe(broken.length);
        // Everything before the fault can still become JSON; the character there cannot follow it.
        else if (fault < broken.length) expect(accepts(broken.slice(0, fault + 1))).toBe(false);
      },
    ),
  );
});

it.each([
  ['{"a":}', 5],
  ['{"a":1,}', 7],
  ['[1 2]', 3],
  ['{a:1}', 1],
  ['{"a":1}}', 7],
  ['{"a":01}', 6],
  ['["\n"]', 1],
  ['', 0],
  ['{"a":', 5],
])('%j is wrong at %i', (text, at) => {
  expect(firstJsonFault(text)).toBe(at);
});
