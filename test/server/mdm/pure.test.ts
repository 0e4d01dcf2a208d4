import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_WAIT_MS, retryAfterMs, waitBefore } from '../../../src/server/mdm/backoff.js';
import { readDevice } from '../../../src/server/mdm/device.js';
import { endpointIdOf } from '../../../src/server/mdm/endpoint-of-device.js';
import { readProgress, writeProgress } from '../../../src/server/mdm/job-progress.js';
import { operatingSystem } from '../../../src/server/mdm/platform.js';

describe('waiting', () => {
  it('is never shorter than asked for, and without a word bounded', () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.option(fc.nat(MAX_WAIT_MS), { nil: undefined }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, asked, random) => {
          const wait = waitBefore(attempt, asked, () => random);
          expect(wait).toBeGreaterThanOrEqual(asked ?? 0);
          expect(wait).toBeLessThanOrEqual((asked ?? 30_000) + 250);
        },
      ),
    );
  });

  it('reads seconds and dates, and nothing else', () => {
    const now = Date.parse('2026-01-05T10:00:00Z');
    expect(retryAfterMs('30', now)).toBe(30_000);
    expect(retryAfterMs('Mon, 05 Jan 2026 10:00:10 GMT', now)).toBe(10_000);
    expect(retryAfterMs('Mon, 05 Jan 2026 09:00:00 GMT', now)).toBe(0);
    for (const odd of [undefined, '', 'soon', '-1', '1.5', 'Jan 2026'])
      expect(retryAfterMs(odd, now)).toBeUndefined();
  });
});

describe('platforms', () => {
  it.each([
    ['macOS', 'macos'],
    ['Mac', 'macos'],
    ['Mac OS X', 'macos'],
    ['AppleOsX', 'macos'],
    ['Windows', 'windows'],
    ['WinRT', 'windows'],
    ['Windows 11 Pro', 'windows'],
    ['Linux', 'linux'],
    ['Ubuntu 24.04', 'linux'],
    ['iOS', 'unsupported'],
    ['iPadOS', 'unsupported'],
    ['Apple', 'unsupported'],
    ['Apple TV', 'unsupported'],
    ['Android', 'unsupported'],
    ['Windows Phone 8', 'unsupported'],
    ['ChromeOS', 'unsupported'],
    ['Plan 9', null],
    [null, null],
  ])('%s is %s', (word, system) => expect(operatingSystem(word)).toBe(system));
});

const members = {
  id: ['id'],
  hostname: ['name'],
  platform: ['os'],
  osVersion: ['version'],
  email: ['user.email', 'user'],
  employee: ['user.name', 'user'],
  department: ['team'],
};

describe('rows', () => {
  it('of any shape are read or refused in words, never thrown at', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (row) => {
        const reading = readDevice(row, members);
        if (reading.kind === 'device') expect(reading.device.id).not.toBe('');
        if (reading.kind === 'fault') expect(reading.reason).not.toBe('');
      }),
    );
    expect(
      readDevice(JSON.parse('{"id":"a","__proto__":{"name":"b"},"constructor":1}'), members),
    ).toMatchObject({
      kind: 'device',
      device: { id: 'a', hostname: 'a' },
    });
  });

  it('name a person once', () => {
    const device = (user: unknown) => readDevice({ id: 1, user }, members);
    const none = { employeeEmail: null, employeeName: null };
    expect(device('a@example.com')).toMatchObject({ device: { ...none, employeeEmail: 'a@example.com' } });
    expect(device('Ada')).toMatchObject({ device: { ...none, employeeName: 'Ada' } });
    expect(device({ email: 'ada' })).toMatchObject({ device: none });
    expect(device('')).toMatchObject({ device: none });
  });
});

describe('ids of endpoints', () => {
  it('are safe in a path, and differ where devices differ', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }), (one, other) => {
        expect(endpointIdOf('custom', one)).toMatch(/^custom-[A-Za-z0-9._-]{1,110}$/);
        expect(endpointIdOf('custom', one) === endpointIdOf('custom', other)).toBe(one === other);
      }),
    );
  });
});

describe('the progress of a job', () => {
  it('is read as it was written', () => {
    const progress = {
      startedAt: '2026-01-05T10:00:00.000Z',
      completedAt: null,
      error: null,
      position: 'https://graph.example/?$skiptoken=1',
      rowsDone: 500,
      walked: false,
      pages: 3,
      seen: 1_700,
      total: 9_000,
      synced: 1_600,
      unassigned: 7,
      skipped: 60,
      missing: 2,
      failed: 40,
      errors: [{ row: 3, device: null, reason: 'the row is not an object' }],
      resumed: 1,
    };
    expect(readProgress(writeProgress(progress))).toEqual(progress);
  });
});
