import { expect, test } from 'vitest';
import { Quarantine } from '../../../src/engine/pool/quarantine.js';

test('first apart, then suspended for longer each time, at last forgiven', () => {
  let now = 0;
  const quarantine = new Quarantine(() => now);
  expect(quarantine.standing('b')).toBe('trusted');
  quarantine.overran('b');
  expect(quarantine.standing('b')).toBe('apart');
  const suspensions = [2, 3, 4, 12].map(() => {
    quarantine.overran('b');
    const began = now;
    while (quarantine.standing('b') === 'suspended') now += 500;
    return now - began;
  });
  expect(suspensions).toEqual([1000, 2000, 4000, 8000]);
  now += 10 * 60_000;
  expect(quarantine.standing('b')).toBe('trusted');
  expect(quarantine.isEmpty).toBe(true);
});

test('a slow bundle is kept apart without a suspension', () => {
  const quarantine = new Quarantine(() => 0);
  for (let round = 0; round < 5; round += 1) quarantine.isSlow('b');
  expect(quarantine.standing('b')).toBe('apart');
});
