import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  canonicalize,
  verifyFile,
  type VerifyFileOptions,
  type VerifyOutcome,
} from '../../src/evidence/index.js';
import { testChain, type TestChain } from '../support/evidence-chain.js';
import { verifyExport as second } from '../verifier/verify.mjs';

const LENGTH = 9;
let folder: string;
let chain: TestChain;
let lines: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-evidence-'));
  chain = testChain(LENGTH);
  lines = await chain.exportLines();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Both verifiers on the same bytes; they must say the same. */
async function judge(bytes: Buffer | string, options: VerifyFileOptions = {}): Promise<VerifyOutcome> {
  const file = join(folder, 'export.ndjson');
  const content = Buffer.from(bytes);
  await writeFile(file, content);
  const first = await verifyFile(file, options);
  const other = second(content, { keys: options.keys, savedHead: options.head, after: options.startAfter });
  expect(other.outcome).toBe(first.outcome);
  if (first.outcome === 'failed') expect(other).toMatchObject({ index: first.index, reason: first.reason });
  return first;
}

const joined = (parts: readonly string[]): string => parts.map((part) => `${part}\n`).join('');

test('an untouched export verifies, also when empty', async () => {
  expect(await judge(joined(lines))).toEqual({
    outcome: 'verified',
    records: LENGTH,
    first_index: 1,
    last_index: LENGTH,
    last_hash: chain.records.at(-1)!.hash,
    head_checked: true,
  });
  expect(await judge(joined(await testChain(0).exportLines()))).toMatchObject({
    outcome: 'verified',
    records: 0,
  });
});

test('any flipped bit of a record fails at that record; elsewhere nothing verifies', async () => {
  const bytes = Buffer.from(joined(lines));
  const starts = lines.map((_, i) => Buffer.byteLength(joined(lines.slice(0, i))));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
      const flipped = Buffer.from(bytes);
      flipped[at] = flipped[at]! ^ (1 << bit);
      const outcome = await judge(flipped);
      expect(outcome.outcome).not.toBe('verified');
      const line = starts.findLastIndex((start) => start <= at);
      if (line >= 1 && line <= LENGTH) expect(outcome).toMatchObject({ outcome: 'failed', index: line });
    }),
    { numRuns: 400 },
  );
});

test('a dropped, repeated or moved record fails at the first place that is wrong', async () => {
  const index = fc.integer({ min: 1, max: LENGTH });
  await fc.assert(
    fc.asyncProperty(index, index, async (a, b) => {
      const dropped = await judge(joined(lines.filter((_, i) => i !== a)));
      expect(dropped).toMatchObject({ outcome: 'failed', index: a });
      expect(
        await judge(joined(lines.flatMap((line, i) => (i === a ? [line, line] : [line])))),
      ).toMatchObject({
        outcome: 'failed',
        index: a + 1,
      });
      if (a === b) return;
      const swapped = [...lines];
      [swapped[a], swapped[b]] = [lines[b]!, lines[a]!];
      expect(await judge(joined(swapped))).toMatchObject({ outcome: 'failed', index: Math.min(a, b) });
    }),
    { numRuns: 60 },
  );
});

test('truncation shows against the own head, a saved head, and leaves a doubt without either', async () => {
  for (let kept = 0; kept < LENGTH; kept++) {
    const records = lines.slice(0, kept + 1);
    const truncated = { outcome: 'failed', index: kept + 1, reason: 'truncated' };
    expect(await judge(joined([...records, lines.at(-1)!]))).toMatchObject(truncated);
    expect(await judge(joined(records), { head: chain.headAt(LENGTH) })).toMatchObject(truncated);
    // An attacker who can also get an older head still fails against a newer saved one.
    const older = canonicalize(chain.headAt(kept));
    expect(await judge(joined([...records, older]))).toMatchObject({ outcome: 'verified', last_index: kept });
    expect(await judge(joined([...records, older]), { head: chain.headAt(kept + 1) })).toMatchObject(
      truncated,
    );
    expect(await judge(joined(records))).toMatchObject({ outcome: 'unverifiable', reason: 'no_head' });
  }
});

test('bytes cut anywhere never verify', async () => {
  const bytes = Buffer.from(joined(lines));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
      expect((await judge(bytes.subarray(0, length), { head: chain.headAt(LENGTH) })).outcome).not.toBe(
        'verified',
      );
    }),
    { numRuns: 200 },
  );
});

test('a rewritten history with a key of the same installation fails at the saved head', async () => {
  const saved = chain.headAt(5);
  expect(await judge(joined(lines), { head: saved })).toMatchObject({
    outcome: 'verified',
    head_checked: true,
  });
  const forged = testChain(LENGTH);
  const options = { keys: [...chain.keys, ...forged.keys], head: saved };
  expect(await judge(joined(await forged.exportLines()), options)).toMatchObject({
    outcome: 'failed',
    index: 5,
    reason: 'head_mismatch',
  });
});

test('pinned keys are the only ones trusted', async () => {
  expect(await judge(joined(lines), { keys: testChain(0).keys })).toMatchObject({
    outcome: 'unverifiable',
    reason: 'missing_key',
  });
  const impostor = { ...testChain(0).keys[0]!, key_id: chain.keys[0]!.key_id };
  expect(await judge(joined(lines), { keys: [impostor] })).toMatchObject({
    outcome: 'failed',
    index: 1,
    reason: 'wrong_signature',
  });
});

test('a segment verifies only from an anchor the user gives', async () => {
  const after = { chain_index: 4, hash: chain.records[3]!.hash };
  const header = JSON.stringify({ ...JSON.parse(lines[0]!), after }, [
    'after',
    'chain_index',
    'hash',
    'keys',
    'algorithm',
    'key_id',
    'public_key',
    'tenant_id',
    'type',
    'version',
  ]);
  const segment = joined([header, ...lines.slice(5)]);
  expect(await judge(segment)).toMatchObject({ outcome: 'unverifiable', reason: 'segment_without_anchor' });
  expect(await judge(segment, { startAfter: after })).toMatchObject({ outcome: 'verified', first_index: 5 });
  const other = { chain_index: 4, hash: 'f'.repeat(64) };
  expect(await judge(segment, { startAfter: other })).toMatchObject({
    outcome: 'failed',
    index: 5,
    reason: 'broken_link',
  });
  const early = { startAfter: after, head: chain.headAt(3) };
  expect(await judge(segment, early)).toMatchObject({
    outcome: 'unverifiable',
    reason: 'head_before_segment',
  });
});

test('other spellings of the same content are refused', async () => {
  const spaced = lines.with(3, lines[3]!.replace('{', '{ '));
  expect(await judge(joined(spaced))).toMatchObject({ outcome: 'failed', index: 3, reason: 'not_canonical' });
  const doubled = lines.with(3, lines[3]!.replace('{', '{"agent_id":"somebody else",'));
  expect(await judge(joined(doubled))).toMatchObject({
    outcome: 'failed',
    index: 3,
    reason: 'not_canonical',
  });
  expect(await judge(joined(lines.toSpliced(2, 0, '')))).toMatchObject({ outcome: 'failed', index: 2 });
  expect(await judge(joined(lines).slice(0, -1))).toMatchObject({ outcome: 'failed', index: LENGTH + 1 });
  expect(await judge(`\ufeff${joined(lines)}`)).toMatchObject({
    outcome: 'unverifiable',
    reason: 'not_evidence',
  });
});

test('records of another tenant, or beyond the signed end, fail', async () => {
  const foreign = testChain(LENGTH, 'tenant-2');
  const keys = [...chain.keys, ...foreign.keys];
  expect(await judge(joined(lines.with(1, foreign.texts[0]!)), { keys })).toMatchObject({
    index: 1,
    reason: 'other_tenant',
  });
  expect(await judge(joined([...lines.slice(0, -1), canonicalize(chain.headAt(6))]))).toMatchObject({
    index: 7,
    reason: 'beyond_head',
  });
});

test('damage to earlier records outranks doubts and later damage', async () => {
  const signature = chain.records[1]!.signature;
  const resigned = lines[2]!.replace(signature, chain.records[2]!.signature);
  const damaged = lines.with(2, resigned).with(6, '{}');
  expect(await judge(joined(damaged))).toMatchObject({
    outcome: 'failed',
    index: 2,
    reason: 'wrong_signature',
  });
  expect(await judge(joined(lines.with(6, '{}')), { keys: [] })).toMatchObject({
    outcome: 'failed',
    index: 6,
  });
});
