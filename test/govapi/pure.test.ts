import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillPath, queryText } from '../../src/govapi/base-url.js';
import { proxyFor } from '../../src/govapi/proxy.js';
import { backoffMs, retryAfterMs } from '../../src/govapi/retry.js';
import { SseReader, type SseEvent } from '../../src/govapi/sse.js';
import { isAfter } from '../../src/govapi/streaming.js';

describe('paths', () => {
  test('a value stays inside its segment, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-composite' }), (id) => {
        fc.pre(id !== '.' && id !== '..');
        const url = new URL(`http://h${fillPath('/a/{id}/b', { id })}`);
        const [, a, segment = '', b, ...more] = url.pathname.split('/');
        expect([a, decodeURIComponent(segment), b, more, url.search, url.hash]).toEqual([
          'a',
          id,
          'b',
          [],
          '',
          '',
        ]);
      }),
    );
  });

  test('a query is sorted and round-trips', () => {
    expect(queryText({ b: true, a: 'x y&z', c: undefined, d: '', e: 0 })).toBe('?a=x+y%26z&b=true&e=0');
    expect(queryText({})).toBe('');
  });
});

describe('event streams', () => {
  const field = fc.stringMatching(/^[a-zäöü€😀 :]{0,12}$/u);
  test('however the bytes are cut, the events are the same', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            id: fc.nat().map(String),
            data: fc.array(field, { minLength: 1, maxLength: 3 }),
            comment: fc.boolean(),
          }),
        ),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (rows, newline, cuts) => {
          const lines = rows.flatMap(({ id, data, comment }) => [
            ...(comment ? [': beat'] : []),
            'event: row',
            `id: ${id}`,
            ...data.map((line) => `data: ${line}`),
            '',
          ]);
          // The closing line keeps a final lone CR from waiting for its possible LF.
          const bytes = Buffer.from([...lines, ': end'].join(newline) + newline);
          const reader = new SseReader();
          const events: SseEvent[] = [];
          for (let at = 0, index = 0; at < bytes.length; index += 1) {
            const size = cuts.length === 0 ? bytes.length : (cuts[index % cuts.length] ?? 1);
            events.push(...reader.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(events).toEqual(rows.map(({ id, data }) => ({ event: 'row', id, data: data.join('\n') })));
        },
      ),
    );
  });

  test('a line without end is refused', () => {
    const reader = new SseReader();
    const chunk = Buffer.alloc(1024 * 1024, 97);
    expect(() => {
      for (let index = 0; index < 20; index += 1) reader.push(chunk);
    }).toThrow('beyond 8 MiB');
  });

  test('cursors compare as numbers of any size', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        (left, right) => {
          expect(isAfter(String(left), String(right))).toBe(left > right);
        },
      ),
    );
    expect(isAfter('1', 'latest')).toBe(true);
  });
});

describe('retries', () => {
  test('jitter is full and capped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, luck) => {
          const pause = backoffMs(attempt, () => luck);
          expect(pause).toBeGreaterThanOrEqual(0);
          expect(pause).toBeLessThanOrEqual(5000);
        },
      ),
    );
  });

  test('Retry-After is seconds or a date', () => {
    expect(retryAfterMs('3', 0)).toBe(3000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:09 GMT', 4000)).toBe(5000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:01 GMT', 4000)).toBe(0);
    expect(retryAfterMs('soon', 0)).toBe(0);
    expect(retryAfterMs(undefined, 0)).toBe(0);
  });
});

describe('proxies', () => {
  const at = (url: string, env: Record<string, string>) => proxyFor(new URL(url), env) !== undefined;
  test('by scheme, with exceptions, and never for this machine', () => {
    const env = { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'internal.example, .corp.example,other.example:8443' };
    expect(at('https://grid.acme.example', env)).toBe(true);
    expect(at('http://grid.acme.example', env)).toBe(false);
    expect(at('https://internal.example', env)).toBe(false);
    expect(at('https://a.internal.example', env)).toBe(false);
    expect(at('https://a.corp.example', env)).toBe(false);
    expect(at('https://other.example', env)).toBe(true);
    expect(at('https://other.example:8443', env)).toBe(false);
    expect(at('https://grid.acme.example', { http_proxy: 'http://p:1' })).toBe(true);
    expect(at('https://grid.acme.example', { http_proxy: 'http://p:1', no_proxy: '*' })).toBe(false);
    for (const url of ['http://127.0.0.1:4100', 'http://localhost', 'http://[::1]:4100'])
      expect(at(url, { http_proxy: 'http://p:1' })).toBe(false);
  });
});
