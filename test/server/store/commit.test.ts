import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { receiptOf } from '../../../src/evidence/index.js';
import type { EvidenceDraft } from '../../../src/evidence/types.js';
import {
  evidenceHash,
  evidenceIndex,
  openStore,
  preparedInsert,
  StoreConflict,
  type Store,
} from '../../../src/server/store/index.js';

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-store-'));
  store = await openStore({ dataDir: join(folder, 'data') });
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function draft(id: string, body: Record<string, unknown> = {}): EvidenceDraft {
  return { kind: 'decision', evidence_id: id, occurred_at: '2026-01-02T03:04:05.678Z', body, receipt: true };
}

const insertTenant = (id: string) =>
  store.build.insertInto('tenants').values({ tenant_id: id, created_at: 1 }).compile();

test('a resolved commit is visible to the read side, with its filter columns', async () => {
  const unit = {
    tenantId: 't1',
    statements: [insertTenant('t1')],
    evidence: [
      draft('ev_1', { decision: 'BLOCK', session_id: 's', decision_reason_code: 'x', violation_id: 'vio_1' }),
    ],
  };
  const { evidence } = await store.commit(unit);
  const row = await store.read.selectFrom('evidence').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ decision: 'BLOCK', session_id: 's', reason_code: 'x', violation_id: 'vio_1' });
  expect(row.occurred_at).toBe(Date.parse('2026-01-02T03:04:05.678Z'));
  const { receipt, ...sealed } = evidence[0]!;
  expect(JSON.parse(row.record)).toMatchObject({
    ...sealed,
    chain_index: 1,
    previous_hash: '',
    tenant_id: 't1',
    event_id: 't1:ev_1',
  });
  expect(receipt).toEqual(receiptOf(JSON.parse(row.record)));
});

test('chains of tenants are separate and continue over units submitted together', async () => {
  const units = Array.from({ length: 40 }, (_, i) =>
    store.commit({ tenantId: i % 2 ? 'a' : 'b', statements: [], evidence: [draft(`e${i}`)] }),
  );
  await Promise.all(units);
  for (const tenant of ['a', 'b']) {
    const rows = await store.read
      .selectFrom('evidence')
      .select('record')
      .where('tenant_id', '=', tenant)
      .orderBy('chain_index')
      .execute();
    const records = rows.map((row) => JSON.parse(row.record));
    expect(records.map((record) => record.chain_index)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    records.forEach((record, i) => expect(record.previous_hash).toBe(i === 0 ? '' : records[i - 1].hash));
  }
});

test('a failing unit is taken back alone; its neighbours in the group commit and the chain has no gap', async () => {
  const results = await Promise.allSettled([
    store.commit({ tenantId: 't', statements: [insertTenant('x')], evidence: [draft('1')] }),
    store.commit({
      tenantId: 't',
      statements: [insertTenant('y'), insertTenant('x')],
      evidence: [draft('2')],
    }),
    store.commit({ tenantId: 't', statements: [], evidence: [draft('3', { text: '\ud800' })] }),
    store.commit({ tenantId: 't', statements: [insertTenant('z')], evidence: [draft('4')] }),
  ]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(StoreConflict);
  expect((results[2] as PromiseRejectedResult).reason).toMatchObject({ code: 'not_canonicalizable' });
  const tenants = await store.read.selectFrom('tenants').select('tenant_id').orderBy('tenant_id').execute();
  expect(tenants.map((row) => row.tenant_id)).toEqual(['x', 'z']);
  const chain = await store.read
    .selectFrom('evidence')
    .select(['chain_index', 'evidence_id'])
    .orderBy('chain_index')
    .execute();
  expect(chain).toEqual([
    { chain_index: 1, evidence_id: '1' },
    { chain_index: 2, evidence_id: '4' },
  ]);
});

test('guards decide at the moment of applying, so of two rivals one wins', async () => {
  await store.commit({ tenantId: 't', statements: [insertTenant('t')], evidence: [] });
  const take = () =>
    store.commit({
      tenantId: 't',
      guards: [
        {
          query: store.build.selectFrom('tenants').selectAll().where('created_at', '=', 1).compile(),
          rows: 1,
        },
      ],
      statements: [
        store.build.updateTable('tenants').set({ created_at: 2 }).where('tenant_id', '=', 't').compile(),
      ],
      evidence: [draft('e')],
    });
  const results = await Promise.allSettled([take(), take()]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected']);
  expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(StoreConflict);
});

test('statements can hold the index and hash their evidence will get', async () => {
  const insertInput = preparedInsert(store.build, 'policy_inputs', [
    'tenant_id',
    'chain_index',
    'digest',
    'input',
    'recorded_at',
  ]);
  const row = {
    tenant_id: 't',
    chain_index: evidenceIndex(1),
    digest: evidenceHash(0),
    input: '{}',
    recorded_at: 5,
  };
  const { evidence } = await store.commit({
    tenantId: 't',
    statements: [insertInput(row)],
    evidence: [draft('1'), draft('2')],
  });
  const stored = await store.read.selectFrom('policy_inputs').selectAll().executeTakeFirstOrThrow();
  expect(stored).toEqual({ ...row, chain_index: 2, digest: evidence[0]!.hash });
});

test('body members cannot replace what the chain itself states', async () => {
  const forged = {
    chain_index: 99,
    previous_hash: 'x',
    hash: 'x',
    signature: 'x',
    key_id: 'x',
    tenant_id: 'x',
    receipt: {},
    kind: 'x',
  };
  const { evidence } = await store.commit({
    tenantId: 't',
    statements: [],
    evidence: [{ ...draft('1', forged), receipt: false }],
  });
  const { record } = await store.read.selectFrom('evidence').select('record').executeTakeFirstOrThrow();
  expect(JSON.parse(record)).toEqual({
    ...evidence[0],
    chain_index: 1,
    event_id: 't:1',
    evidence_id: '1',
    format_version: 1,
    kind: 'decision',
    occurred_at: '2026-01-02T03:04:05.678Z',
    previous_hash: '',
    tenant_id: 't',
  });
  expect(evidence[0]!.hash).toMatch(/^[0-9a-f]{64}$/);
});

test('the read side refuses to write', async () => {
  await expect(
    store.read.insertInto('tenants').values({ tenant_id: 'x', created_at: 1 }).execute(),
  ).rejects.toThrow(/readonly/);
});

test('the signed head follows the chain', async () => {
  expect(await store.signedHead('t')).toMatchObject({ chain_index: 0, hash: '', tenant_id: 't' });
  const { evidence } = await store.commit({ tenantId: 't', statements: [], evidence: [draft('1')] });
  expect(await store.signedHead('t')).toMatchObject({ chain_index: 1, hash: evidence[0]!.hash });
});

test('a closed store refuses, after finishing what was queued', async () => {
  const last = store.commit({ tenantId: 't', statements: [], evidence: [draft('1')] });
  expect(await store.hindrance()).toBeUndefined();
  await store.close();
  expect(await store.hindrance()).toMatchObject({ code: 'storage_closed' });
  expect((await last).evidence[0]!.chain_index).toBe(1);
  await expect(store.commit({ tenantId: 't', statements: [], evidence: [] })).rejects.toMatchObject({
    code: 'storage_closed',
  });
});

test('reopening continues the chain with the same key', async () => {
  const first = await store.commit({ tenantId: 't', statements: [], evidence: [draft('1')] });
  await store.close();
  store = await openStore({ dataDir: join(folder, 'data') });
  const second = await store.commit({ tenantId: 't', statements: [], evidence: [draft('2')] });
  expect(second.evidence[0]).toMatchObject({ chain_index: 2, key_id: first.evidence[0]!.key_id });
  const rows = await store.read.selectFrom('evidence').select('record').orderBy('chain_index').execute();
  expect(JSON.parse(rows[1]!.record)).toMatchObject({ previous_hash: first.evidence[0]!.hash });
});

test('everything private has a private mode', async () => {
  const mode = async (...path: string[]) =>
    ((await stat(join(folder, 'data', ...path))).mode & 0o777).toString(8);
  await store.commit({ tenantId: 't', statements: [], evidence: [draft('1')] });
  expect(await mode()).toBe('700');
  expect(await mode('thoth.db')).toBe('600');
  expect(await mode('thoth.db-wal')).toBe('600');
  expect(await mode('keys')).toBe('700');
  expect(await mode('keys', `${store.keys()[0]!.keyId}.pem`)).toBe('600');
});
