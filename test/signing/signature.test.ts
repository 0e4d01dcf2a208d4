import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkSignature,
  SIGNATURE_HEADER,
  signatureHeaders,
  TIMESTAMP_HEADER,
  TOLERANCE_SECONDS,
} from '../../src/signing/index.js';

const NOW = 1_790_000_000_000;
const secret = fc.string({ minLength: 1, unit: 'grapheme' });
const body = fc.string({ unit: 'grapheme' });
const check = (
  headers: Readonly<Record<string, string>>,
  text: string | Uint8Array,
  secrets: string[],
  now = NOW,
) =>
  checkSignature(
    { timestamp: headers[TIMESTAMP_HEADER], signature: headers[SIGNATURE_HEADER], body: text },
    secrets,
    now,
  );

describe('a signature', () => {
  it('is the HMAC-SHA256 of timestamp, dot and body, as anybody can compute it', () => {
    const expected = createHmac('sha256', 's3cret').update('1790000000.{"a":1}').digest('hex');
    expect(signatureHeaders(['s3cret'], '{"a":1}', NOW)).toEqual({
      'x-thoth-timestamp': '1790000000',
      'x-thoth-signature': `sha256=${expected}`,
    });
    expect(signatureHeaders([], 'x', NOW)).toEqual({ 'x-thoth-timestamp': '1790000000' });
  });

  it('is valid for text and for its bytes, with any secret in force, within the tolerance', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(secret, { minLength: 1, maxLength: 3 }),
        body,
        fc.integer({ min: -300, max: 300 }),
        (secrets, text, drift) => {
          const headers = signatureHeaders(secrets, text, NOW);
          for (const one of secrets) expect(check(headers, text, [one], NOW + drift * 1000)).toBe('valid');
          expect(check(headers, Buffer.from(text), secrets)).toBe('valid');
        },
      ),
    );
  });

  it('is refused for another secret, another body or another time', () => {
    fc.assert(
      fc.property(secret, secret, body, body, (mine, theirs, text, other) => {
        fc.pre(mine !== theirs && text !== other);
        const headers = signatureHeaders([mine], text, NOW);
        expect(check(headers, text, [theirs])).toBe('mismatch');
        expect(check(headers, other, [mine])).toBe('mismatch');
        expect(check({ ...headers, [TIMESTAMP_HEADER]: '1790000001' }, text, [mine])).toBe('mismatch');
        expect(check(headers, text, [])).toBe('mismatch');
      }),
    );
  });

  it('grows stale in both directions, and says so only when it is genuine', () => {
    const headers = signatureHeaders(['s'], 'x', NOW);
    for (const drift of [TOLERANCE_SECONDS + 1, -TOLERANCE_SECONDS - 1]) {
      expect(check(headers, 'x', ['s'], NOW + drift * 1000)).toBe('stale');
      expect(check(headers, 'y', ['s'], NOW + drift * 1000)).toBe('mismatch');
    }
  });

  it('never throws, whatever the headers say', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string(), { nil: undefined }),
        fc.option(fc.string(), { nil: undefined }),
        (timestamp, signature) => {
          expect(checkSignature({ timestamp, signature, body: 'x' }, ['s'], NOW)).not.toBe('valid');
        },
      ),
    );
    const many = Array.from({ length: 5 }, () => `sha256=${'0'.repeat(64)}`).join(',');
    expect(checkSignature({ timestamp: '1790000000', signature: many, body: '' }, ['s'], NOW)).toBe(
      'malformed',
    );
  });
});
