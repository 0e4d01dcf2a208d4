import { expect, it } from 'vitest';
import { redact } from '../../src/sdk/events/redact.js';

it.each([
  ['a key in an address', { at: 'postgres://app:hunter2@db.example/x' }],
  ['a payment key', { value: `sk_live_${'a1'.repeat(12)}` }],
  ['a forge token', { value: `glpat-${'a1'.repeat(10)}` }],
  ['a registry token', { value: `npm_${'a1'.repeat(18)}` }],
  ['a model hub token', { value: `hf_${'a1'.repeat(17)}` }],
  ['a cloud key', { value: `AIza${'a1'.repeat(17)}` }],
  ['a header', { line: `Authorization: Bearer ${'a1'.repeat(12)}` }],
  ['a key by its name', { accessKey: 'a1', signingKey: 'b2', pwd: 'c3' }],
])('%s is told only by its length', (_what, value) => {
  for (const text of Object.values(redact(value) as object))
    expect(text).toMatch(/^\[redacted, \d+ characters\]$/);
});

it('what only looks like one stays', () => {
  const value = {
    monkey: 'x',
    note: 'see https://docs.example:8443/a',
    who: 'ann@example.com',
    bearer_bond: 1,
  };
  expect(redact({ ...value, bearer_bond: undefined })).toMatchObject({
    monkey: 'x',
    note: value.note,
    who: value.who,
  });
});

it('a text made to be searched for ever is not searched', () => {
  // Every fourth character begins a token that never ends: with 256 KiB of them a search takes minutes.
  for (const part of ['eyJ-', '://:', 'bearer ']) {
    const text = part.repeat(65_536);
    expect(redact({ text })).toEqual({ text: `[long text, ${text.length} characters]` });
  }
});
