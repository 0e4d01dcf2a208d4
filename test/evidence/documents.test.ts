import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  buildBundle,
  canonicalize,
  receiptOf,
  verifyDocument,
  verifyFile,
  verifyReceipt,
  verifyRecords,
} from '../../src/evidence/index.js';
import { receiptText } from '../../src/evidence/receipt.js';
import { testChain } from '../support/evidence-chain.js';

const chain = testChain(6);
const { keys } = chain;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-documents-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test('pages, arrays and plain lines of records verify with given keys', async () => {
  const expected = { outcome: 'verified', records: 6, last_index: 6, head_checked: false };
  for (const document of [
    chain.records,
    { data: chain.records, total: 6 },
    { chain: chain.records, total: 6 },
  ]) {
    expect(await verifyFile(await file('d.json', JSON.stringify(document)), { keys })).toMatchObject(
      expected,
    );
  }
  const lines = await file('r.ndjson', chain.texts.join('\n') + '\n');
  expect(await verifyFile(lines, { keys })).toMatchObject(expected);
  expect(await verifyFile(lines, { keys, head: chain.headAt(6) })).toMatchObject({ head_checked: true });
  expect(await verifyFile(lines)).toMatchObject({ outcome: 'unverifiable', reason: 'missing_key', index: 1 });
});

test('a receipt beside a record must be its own', async () => {
  const [first, second] = chain.records;
  expect(await verifyRecords([{ ...first, receipt: receiptOf(first!) }], { keys })).toMatchObject({
    outcome: 'verified',
  });
  expect(await verifyRecords([{ ...first, receipt: receiptOf(second!) }], { keys })).toMatchObject({
    outcome: 'failed',
    index: 1,
    reason: 'wrong_receipt',
  });
});

test('a receipt verifies by itself and no member of it can change', async () => {
  const receipt = receiptOf(chain.records[2]!);
  expect(await verifyReceipt(receipt, keys)).toBe('verified');
  expect(await verifyReceipt(receipt, [])).toBe('unverifiable');
  for (const name of Object.keys(receipt).filter((member) => member !== 'key_id')) {
    expect(await verifyReceipt({ ...receipt, [name]: 'other' }, keys)).toBe('failed');
  }
  expect(await verifyReceipt('nonsense', keys)).toBe('failed');
});

test('a record of an unknown format cannot be verified, a damaged one of it fails', async () => {
  const { prepareRecord, sealRecord, CHAIN_START } = await import('../../src/evidence/chain.js');
  const { canonicalize } = await import('../../src/evidence/index.js');
  const { sha256Hex, createSigner, generateSigningKey } = await import('../../src/evidence/signature.js');
  const key = generateSigningKey();
  const signer = createSigner(key.keyId, key.privateKeyPem);
  const draft = { kind: 'decision', evidence_id: 'e', occurred_at: '2026-01-01T00:00:00Z', body: {} };
  const sealed = sealRecord(prepareRecord('t', draft), CHAIN_START, signer);
  const record = { ...JSON.parse(sealed.text), format_version: 2 };
  expect(await verifyRecords([record], { keys })).toMatchObject({ outcome: 'failed', reason: 'wrong_hash' });
  const rehashed = {
    ...record,
    hash: sha256Hex(canonicalize({ ...record, hash: undefined, signature: undefined })),
  };
  expect(await verifyRecords([rehashed], { keys })).toMatchObject({
    outcome: 'unverifiable',
    reason: 'unknown_version',
  });
});

test('a session bundle has a hash of its content alone and detects any change', async () => {
  const evidence = chain.records.filter((record) => record['session_id'] === 'sess_1');
  const events = [{ event_type: 'TOOL_CALL_PRE', note: 'hostile \ud800 text' }];
  const content = { tenantId: chain.tenantId, sessionId: 'sess_1', events, evidence, keys };
  const bundle = await buildBundle(content, '2026-01-01T00:00:00Z');
  const later = await buildBundle(content, '2027-01-01T00:00:00Z');
  expect(later.bundle_hash).toBe(bundle.bundle_hash);
  expect(bundle.summary).toMatchObject({
    total_events: 1,
    total_records: 3,
    decisions_by_type: { ALLOW: 2, BLOCK: 1 },
  });
  expect(bundle.verification).toMatchObject({ verified: true, records_checked: 3, chain_head: 5 });
  expect(await verifyFile(await file('b.json', JSON.stringify(bundle)))).toMatchObject({
    outcome: 'verified',
    records: 3,
  });
  const changed = { ...bundle, events: [] };
  expect(await verifyDocument(changed)).toMatchObject({ outcome: 'failed', reason: 'wrong_bundle_hash' });
  const tampered = {
    ...bundle,
    evidence: evidence.map((record, i) => (i === 1 ? { ...record, decision: 'ALLOW' } : record)),
  };
  expect(await verifyDocument(tampered)).toMatchObject({ outcome: 'failed', index: 3, reason: 'wrong_hash' });
  expect(await verifyDocument({ ...bundle, keys: [] })).toMatchObject({
    outcome: 'failed',
    reason: 'wrong_bundle_hash',
  });
  expect(await verifyDocument(bundle, { keys: testChain(0).keys })).toMatchObject({
    outcome: 'unverifiable',
  });
});

test('what is no evidence is called so, and a missing file is the user’s error', async () => {
  for (const [name, content] of [
    ['empty', ''],
    ['text', 'hello\nworld\n'],
    ['null.json', 'null'],
    ['other.json', '{"a":1}'],
    ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x01])],
  ] as const) {
    expect(await verifyFile(await file(name, content))).toMatchObject({
      outcome: 'unverifiable',
      reason: 'not_evidence',
    });
  }
  await expect(verifyFile(join(folder, 'absent'))).rejects.toMatchObject({
    code: 'evidence_file_unreadable',
    exitCode: 2,
  });
});

test('a page in the middle of the chain needs its anchor', async () => {
  const page = chain.records.slice(2);
  expect(await verifyRecords(page, { keys })).toMatchObject({
    outcome: 'unverifiable',
    reason: 'segment_without_anchor',
  });
  const startAfter = { chain_index: 2, hash: chain.records[1]!.hash };
  expect(await verifyRecords(page, { keys, startAfter })).toMatchObject({
    outcome: 'verified',
    first_index: 3,
  });
  expect(await verifyRecords(page.toSpliced(1, 1), { keys })).toMatchObject({ outcome: 'failed', index: 4 });
});

test('the text that is signed is the canonical receipt, whatever the record holds', () => {
  const text = fc.string({ unit: 'grapheme' });
  const source = fc.record(
    { evidence_id: text, decision_id: text, decision: text, decision_reason_code: text, tenant_id: text },
    { requiredKeys: ['tenant_id'] },
  );
  fc.assert(
    fc.property(source, text, fc.nat(), (members, key_id, chain_index) => {
      const record = {
        ...members,
        key_id,
        chain_index,
        hash: 'ab'.repeat(32),
        previous_hash: '',
        signature: 'x',
      };
      const { signature, ...receipt } = receiptOf(record);
      expect(signature).toBe('x');
      expect(receiptText(record)).toBe(canonicalize(receipt));
    }),
  );
});
