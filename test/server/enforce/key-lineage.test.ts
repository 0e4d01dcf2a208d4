import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGovApi } from '../../../src/govapi/index.js';
import { rotatableKey, rotateKey } from '../../../src/journeys/api-keys/index.js';
import { restoreBackup } from '../../../src/server/store/index.js';
import { openSqlite } from '../../../src/server/store/sqlite-driver.js';
import type { Reply } from '../http/running-server.js';
import { startDataPlane, type DataPlane, type Row } from './data-plane.js';

interface Minted {
  readonly id: string;
  readonly key: string;
}

const ALL = ['read', 'write', 'execute'];
let folder: string;
let thoth: DataPlane;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-lineage-'));
  thoth = await startDataPlane({ dataDir: join(folder, 'data'), criticalApprovers: 2 });
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
  await rm(folder, { recursive: true, force: true });
});

async function mint(name: string, maker = thoth.adminToken, permissions = ALL, at = thoth): Promise<Minted> {
  const order = { scope_level: 'organization', permissions, name };
  const { status, body } = await at.call('POST', '/thoth/api-keys', order, maker);
  expect(status).toBe(201);
  return { id: body.key_id, key: body.api_key };
}

async function signIn(email: string, issuer = thoth.adminToken): Promise<string> {
  const { body } = await thoth.call('POST', '/thoth/x/auth/codes', { admin_email: email }, issuer);
  const reply = await thoth.call('POST', '/thoth/auth/cli/exchange', { code: body.code }, null);
  expect(reply.status).toBe(200);
  return reply.body.token;
}

/** A call that waits for an approver, asked with this credential; two approvers when it is critical. */
async function held(credential: string, tool = 'search_web', at = thoth): Promise<string> {
  const { body } = await at.enforce({ enforcement_mode: 'step_up', tool_name: tool }, credential);
  expect(body.decision).toBe('STEP_UP');
  const { body: list } = await at.call('GET', '/thoth/approvals?status=pending');
  return list.data.find((row: Row) => row.hold_token === body.hold_token).approval_id;
}

const judge = (approvalId: string, credential: string, decision = 'approve', at = thoth): Promise<Reply> =>
  at.call('POST', `/thoth/approvals/${approvalId}/resolve`, { decision }, credential);

const outcome = ({ status, body }: Reply): unknown => (status === 200 ? body.status : [status, body.error]);
const RELATED = [403, 'approver_related'];

describe('an admin who issued the key of an agent', () => {
  it('judges what the agent asks', async () => {
    const agent = await mint('agent', thoth.adminToken, ['execute']);
    expect(outcome(await judge(await held(agent.key), thoth.adminToken))).toBe('approved');
    expect(outcome(await judge(await held(agent.key), await signIn('ann@example.com')))).toBe('approved');
    expect(outcome(await judge(await held(agent.key), (await mint('approver')).key))).toBe('approved');
  });

  it('cannot judge calls of their own with a key they issue, or as somebody they let in', async () => {
    const own = await held(thoth.adminToken);
    for (const other of [(await mint('second me')).key, await signIn('third-me@example.com')]) {
      expect(outcome(await judge(own, other))).toEqual(RELATED);
    }
    const ann = await signIn('ann@example.com');
    const hers = await held(ann);
    expect(outcome(await judge(hers, (await mint('key of ann', ann)).key))).toEqual(RELATED);
    // A second sign-in is the same person.
    const again = await mint('other key of ann', await signIn('ann@example.com'));
    expect(outcome(await judge(hers, again.key))).toEqual(RELATED);
    expect(outcome(await judge(hers, await signIn('bob@example.com')))).toBe('approved');
  });
});

describe('a key that may make keys', () => {
  it('has no call judged by what it made, at whatever remove, nor judges what that asks', async () => {
    const worker = await mint('worker');
    const child = await mint('child', worker.key);
    const grandchild = await mint('grandchild', child.key);
    const sibling = await mint('sibling', worker.key);
    const family = { worker, child, grandchild, sibling };
    for (const [asking, { key }] of Object.entries(family)) {
      const approvalId = await held(key);
      for (const [judging, { key: other }] of Object.entries(family)) {
        if (judging === asking) continue;
        for (const decision of ['approve', 'deny']) {
          expect([asking, judging, outcome(await judge(approvalId, other, decision))]).toEqual([
            asking,
            judging,
            RELATED,
          ]);
        }
      }
      expect(outcome(await judge(approvalId, thoth.adminToken))).toBe('approved');
    }
  });

  it('is told why, and what the two have in common', async () => {
    const worker = await mint('night shift');
    const left = await mint('left hand', worker.key, ['execute']);
    const right = await mint('right hand', worker.key, ['write']);
    const { body } = await judge(await held(left.key), right.key);
    expect(body.message).toBe(
      `left hand made the call, and right hand is no other party: both go back to the key night shift (${worker.id}), which could have acted as either`,
    );
    expect(body.details).toEqual({ requested_by: left.id, common_origin: worker.id });
  });

  it('stays the same party when it or its line is rotated, and after it is revoked', async () => {
    const worker = await mint('rotating');
    const child = await mint('made before the rotation', worker.key);
    for (const by of [thoth.adminToken, child.key]) {
      const api = createGovApi({
        baseUrl: thoth.server.url,
        tenantId: thoth.server.tenantId,
        credential: { kind: 'bearer', secret: by },
        version: '0.0.0',
        longLived: true,
      });
      const { api_keys: keys } = await api.call('listApiKeys', {});
      const live = keys.find((row) => row.name === 'rotating' && row.active);
      const old = await rotatableKey(api, live?.key_id ?? '');
      const successor = await rotateKey(api, old, {
        overlapSeconds: 0,
        ttlSeconds: undefined,
        deliver: async () => undefined,
      });
      await api.close();
      expect(outcome(await judge(await held(successor.api_key), child.key))).toEqual(RELATED);
      expect(outcome(await judge(await held(child.key), successor.api_key))).toEqual(RELATED);
    }
  });
});

describe('two distinct approvers', () => {
  const critical = 'wire_transfer';

  it('are not two keys of one maker that is itself a key, nor a maker and what it made', async () => {
    const agent = await mint('payer', thoth.adminToken, ['execute']);
    const lead = await mint('lead');
    const [left, right] = [await mint('left', lead.key), await mint('right', lead.key)];
    const ann = await signIn('ann@example.com');
    const hers = await mint('hers', ann);
    for (const [first, second] of [
      [left.key, right.key],
      [lead.key, left.key],
      [right.key, lead.key],
      [ann, hers.key],
      [hers.key, ann],
      [thoth.adminToken, ann],
      [ann, thoth.adminToken],
    ] as const) {
      const approvalId = await held(agent.key, critical);
      expect(outcome(await judge(approvalId, first))).toBe('pending');
      expect(outcome(await judge(approvalId, second))).toEqual([403, 'approver_not_distinct']);
      // The refused vote left no trace.
      const { body } = await thoth.call('GET', `/thoth/x/approvals/${approvalId}`);
      expect(body).toMatchObject({ status: 'pending', approvals: [{ decision: 'approved' }] });
      // A denial needs one party only.
      expect(outcome(await judge(approvalId, second, 'deny'))).toBe('denied');
    }
  });

  it('are two people an admin let in, and holders of two keys an admin issued', async () => {
    const agent = await mint('payer 2', thoth.adminToken, ['execute']);
    const people = [await signIn('ann@example.com'), await signIn('bob@example.com')] as const;
    const keys = [(await mint('one')).key, (await mint('two')).key] as const;
    for (const [first, second] of [people, keys, [people[0], keys[1]]] as const) {
      const approvalId = await held(agent.key, critical);
      expect(outcome(await judge(approvalId, first))).toBe('pending');
      expect(outcome(await judge(approvalId, second))).toBe('approved');
    }
  });
});

describe('who made a key', () => {
  it('is shown with the key and recorded in the evidence', async () => {
    const maker = await mint('maker');
    const made = await mint('made', maker.key, ['read']);
    const shown = await thoth.call('GET', `/thoth/x/api-keys/${made.id}`);
    expect(shown.body).toMatchObject({ created_by: 'maker', minted_by: maker.id });
    const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
    const told = chain.body.data.filter((record: Row) => JSON.stringify(record).includes(made.id));
    expect(told).toMatchObject([
      { kind: 'control.api_key.create', actor: { credential_id: maker.id }, change: { minted_by: maker.id } },
    ]);
  });

  it('is known after a restart, and on a server made of a backup', async () => {
    const worker = await mint('durable');
    const child = await mint('durable child', worker.key);
    const before = await held(worker.key);
    await thoth.restart();
    expect(outcome(await judge(before, child.key))).toEqual(RELATED);

    const backup = await thoth.call('POST', '/thoth/x/server/backup', { name: 'lineage.db' });
    await restoreBackup(backup.body.file, join(folder, 'restored'));
    const restored = await startDataPlane({ dataDir: join(folder, 'restored') });
    try {
      expect(outcome(await judge(before, child.key, 'approve', restored))).toEqual(RELATED);
      const later = await held(child.key, 'search_web', restored);
      expect(outcome(await judge(later, worker.key, 'approve', restored))).toEqual(RELATED);
      expect(outcome(await judge(later, restored.adminToken, 'approve', restored))).toBe('approved');
    } finally {
      await restored.stop();
    }
  });

  it('is unknown of keys that are older than the record: each counts as a party of its own', async () => {
    const old = await mint('of an older release');
    const oldChild = await mint('made by it', old.key);
    await thoth.server.close();
    const database = await openSqlite(join(folder, 'data', 'thoth.db'));
    database.exec(`UPDATE api_keys SET minted_by = NULL WHERE key_id IN ('${old.id}', '${oldChild.id}')`);
    database.close();
    await thoth.restart();
    expect(outcome(await judge(await held(old.key), oldChild.key))).toBe('approved');
    // What they make from now on is recorded.
    const fresh = await mint('made since', oldChild.key);
    expect(outcome(await judge(await held(oldChild.key), fresh.key))).toEqual(RELATED);
  });
});
