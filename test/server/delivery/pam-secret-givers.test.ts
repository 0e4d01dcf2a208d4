import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { signatureHeaders } from '../../../src/signing/index.js';
import { startDataPlane, type DataPlane, type Row } from '../enforce/data-plane.js';

/** Given by an admin, and by a key that may also make calls. */
const OF_ADMIN = 'callback-secret-of-the-admin';
const OF_WORKER = 'callback-secret-of-the-worker';
const RELATED = [403, 'approver_related'];
let thoth: DataPlane;
let worker: { readonly key: string; readonly id: string };
let child: string;
let stranger: string;

beforeAll(async () => {
  thoth = await startDataPlane({ criticalApprovers: 2 });
  worker = await mint('worker');
  child = (await mint('child of worker', worker.key)).key;
  stranger = (await mint('stranger')).key;
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});
beforeEach(async () => {
  await pam({ callback_secret: null });
  await pam({ enabled: true, provider: 'custom', callback_secret: OF_ADMIN });
});

async function mint(name: string, maker = thoth.adminToken) {
  const order = { scope_level: 'organization', permissions: ['read', 'write', 'execute'], name };
  const { body } = await thoth.call('POST', '/thoth/api-keys', order, maker);
  return { key: String(body.api_key), id: String(body.key_id) };
}

async function pam(section: object, credential = thoth.adminToken): Promise<void> {
  expect((await thoth.call('PUT', '/thoth/settings', { pam: section }, credential)).status).toBe(200);
}

async function held(credential: string, tool = 'search_web'): Promise<string> {
  const { body } = await thoth.enforce({ enforcement_mode: 'step_up', tool_name: tool }, credential);
  const { body: list } = await thoth.call('GET', '/thoth/approvals?status=pending');
  return list.data.find((row: Row) => row.hold_token === body.hold_token).approval_id;
}

let tickets = 0;
async function callback(approvalId: string, secret: string): Promise<unknown> {
  // The same words again would be the same callback, answered as it was at first.
  const reason = `ticket ${(tickets += 1)}`;
  const text = JSON.stringify({ approval_id: approvalId, decision: 'approve', reason });
  const reply = await fetch(`${thoth.server.url}/${thoth.server.tenantId}/thoth/pam/callback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signatureHeaders([secret], text, Date.now()) },
    body: text,
  });
  const body: Record<string, unknown> = JSON.parse(await reply.text());
  return reply.status === 200 ? body['status'] : [reply.status, body['error']];
}

it('a key is no PAM system for its own calls, nor for those of the keys it issued', async () => {
  await pam({ callback_secret: OF_WORKER }, worker.key);
  for (const caller of [worker.key, child]) {
    expect(await callback(await held(caller), OF_WORKER)).toEqual(RELATED);
  }
  await pam({ provider: 'another-name' }, worker.key);
  await thoth.restart();
  expect(await callback(await held(child), OF_WORKER)).toEqual(RELATED);

  const approvalId = await held(stranger);
  expect(await callback(approvalId, OF_WORKER)).toBe('approved');
  const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
  const verdict = chain.body.data.find(
    (record: Row) =>
      record.kind === 'control.approval.approve' && JSON.stringify(record).includes(approvalId),
  );
  expect(verdict).toMatchObject({
    actor: { kind: 'pam', name: 'pam:another-name' },
    change: { secret_given_by: worker.id },
  });
});

it('a replaced secret stays that of who gave it', async () => {
  await pam({ callback_secret: OF_WORKER }, worker.key);
  expect(await callback(await held(worker.key), OF_ADMIN)).toBe('approved');
  await pam({ callback_secret: 'the next of the admin' });
  const approvalId = await held(worker.key);
  expect(await callback(approvalId, OF_WORKER)).toEqual(RELATED);
  expect(await callback(approvalId, 'the next of the admin')).toBe('approved');
});

it('a secret that is only repeated stays that of who gave it', async () => {
  await pam({ callback_secret: OF_ADMIN }, worker.key);
  expect(await callback(await held(worker.key), OF_ADMIN)).toBe('approved');
  await pam({ callback_secret: OF_WORKER }, worker.key);
  await pam({ callback_secret: OF_WORKER });
  expect(await callback(await held(worker.key), OF_WORKER)).toEqual(RELATED);
});

it('a PAM system is one approver with the key that gave its secret, and under all its names', async () => {
  await pam({ callback_secret: OF_WORKER }, worker.key);
  const approvalId = await held(stranger, 'wire_transfer');
  expect(await callback(approvalId, OF_WORKER)).toBe('pending');
  const { status, body } = await thoth.call(
    'POST',
    `/thoth/approvals/${approvalId}/resolve`,
    { decision: 'approve' },
    worker.key,
  );
  expect([status, body.error]).toEqual([403, 'approver_not_distinct']);
  await pam({ provider: 'second-name' });
  expect(await callback(approvalId, OF_WORKER)).toEqual([403, 'approver_not_distinct']);
  expect((await thoth.call('GET', `/thoth/x/approvals/${approvalId}`)).body.status).toBe('pending');
});
