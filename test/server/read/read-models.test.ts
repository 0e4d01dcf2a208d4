import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqlite } from '../../../src/server/store/sqlite-driver.js';
import { startDataPlane, type DataPlane, type Row } from '../enforce/data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
  const call = (members: Record<string, unknown>) => thoth.enforce(members);
  await call({ session_id: 'a', agent_id: 'alice' });
  await call({ session_id: 'a', agent_id: 'alice', tool_name: 'delete_100%_of_it', purpose: 'cleanup' });
  await call({ session_id: 'b', agent_id: 'bob', tool_name: 'wire_transfer' });
  await call({ session_id: 'b', agent_id: 'bob', tool_name: 'wire_transfer', enforcement_mode: 'step_up' });
  await call({ session_id: 'b', agent_id: 'bob', tool_name: 'wire_transfer', enforcement_mode: 'observe' });
  await call({ session_id: 'c', agent_id: 'carol', metadata: { caller_agent_id: 'boss' } });
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});
const get = (path: string) => thoth.call('GET', path);

describe('violations', () => {
  it('list newest first in the items envelope, with the number of all', async () => {
    const { body } = await get('/thoth/violations?limit=2');
    expect(body).toMatchObject({ total: 3, limit: 2 });
    expect(body.items.map((item: Row) => item.decision)).toEqual(['STEP_UP', 'BLOCK']);
  });

  it('show by violation id and by event id, and 404 for a call that was none', async () => {
    const [row] = (await get('/thoth/violations')).body.items;
    expect((await get(`/thoth/x/violations/${row.violation_id}`)).body).toEqual(row);
    expect((await get(`/thoth/x/violations/${encodeURIComponent(row.event_id)}`)).body).toEqual(row);
    const [allowed] = (await get('/thoth/governance/feed?decision=ALLOW')).body.data;
    expect((await get(`/thoth/x/violations/${encodeURIComponent(allowed.event_id)}`)).status).toBe(404);
  });

  it('of another tenant are not there', async () => {
    const other = await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'elsewhere' });
    const url = `${thoth.server.url}/elsewhere/thoth/violations`;
    const reply = await fetch(url, { headers: { authorization: `Bearer ${other.body.admin_token}` } });
    expect(await reply.json()).toMatchObject({ items: [], total: 0 });
    expect((await fetch(url, { headers: { authorization: `Bearer ${thoth.adminToken}` } })).status).toBe(403);
  });
});

describe('the feed', () => {
  const tools = async (query: string): Promise<string[]> =>
    (await get(`/thoth/governance/feed?${query}`)).body.data.map((row: Row) => row.tool_name);

  it.each([
    ['agent_id=bob', 3],
    ['tool_name=search_docs', 2],
    ['decision=step_up', 1],
    ['reason_code=tool_not_in_approved_scope', 4],
    ['caller_agent_id=boss', 1],
    ['search=TRANSFER', 3],
    ['search=100%25', 1],
    ['search=1_0', 0],
    ['search=nothing-like-it', 0],
    ['from=2100-01-01T00:00:00Z', 0],
    ['to=2000-01-01T00:00:00Z', 0],
  ])('filters by %s', async (query, rows) => {
    const { body } = await get(`/thoth/governance/feed?${query}`);
    expect(body.data).toHaveLength(rows);
    expect(body.total).toBe(rows);
  });

  it('pages without gaps and sorts by what it is told', async () => {
    const all = await tools('sort_by=tool_name&sort_dir=asc');
    expect(all).toEqual([...all].sort());
    const paged = [];
    for (let page = 1; page <= 3; page += 1)
      paged.push(...(await tools(`sort_by=tool_name&sort_dir=asc&page=${page}&per_page=2`)));
    expect(paged).toEqual(all);
    const { body } = await get('/thoth/governance/feed?page=2&per_page=4');
    expect(body).toMatchObject({ total: 6, page: 2, per_page: 4, sort_by: 'occurred_at', sort_dir: 'desc' });
    expect(body.data).toHaveLength(2);
  });

  it('counts everything a search found on each of its pages', async () => {
    for (const [page, rows] of [
      [1, 2],
      [2, 1],
      [3, 0],
    ]) {
      const { body } = await get(`/thoth/governance/feed?search=transfer&per_page=2&page=${page}`);
      expect([body.data.length, body.total]).toEqual([rows, 3]);
    }
  });

  it.each(['sort_by=record', 'page=0', 'per_page=x', 'from=yesterday'])('refuses %s', async (query) => {
    expect((await get(`/thoth/governance/feed?${query}`)).status).toBe(400);
  });

  it('adds up per tool and per agent', async () => {
    const { body } = await get('/thoth/governance/tools?limit=1');
    expect(body).toMatchObject({ total: 3, limit: 1 });
    expect(body.data[0]).toMatchObject({
      tool_name: 'wire_transfer',
      calls: 3,
      allowed: 1,
      blocked: 1,
      stepped_up: 1,
      agents: ['bob'],
    });
    const stats = (await get('/thoth/agent-stats')).body;
    expect(stats.items.map((row: Row) => row.agent_id)).toEqual(['alice', 'bob', 'carol']);
    expect(stats.items[1]).toMatchObject({ calls: 3, sessions: 1, violations: 2 });
  });
});

describe('evidence', () => {
  it('pages through the chain without gap or overlap', async () => {
    const seen: unknown[] = [];
    let from = 0;
    for (;;) {
      const { body } = await get(`/thoth/evidence/chain?from_sequence=${from}&limit=3`);
      seen.push(...body.data.map((record: Row) => record.chain_index));
      if (body.next_sequence === null) {
        expect(body.chain_head).toBe(seen.at(-1));
        break;
      }
      from = body.next_sequence;
    }
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, at) => at + 1));
    expect((await get('/thoth/evidence/chain?limit=501')).status).toBe(400);
  });

  it('names the newest session of a slice', async () => {
    const first = await get('/thoth/evidence/chain?limit=2');
    expect(first.body.latest_session_id).toBe('a');
    expect((await get('/thoth/evidence/chain')).body.latest_session_id).toBe('c');
  });

  it('bundles a session under a hash that does not change between exports', async () => {
    const one = (await get('/thoth/sessions/b/evidence-bundle')).body;
    const two = (await get('/thoth/sessions/b/evidence-bundle')).body;
    expect(one.bundle_hash).toBe(two.bundle_hash);
    expect(one.evidence).toHaveLength(3);
    expect(one.summary.decisions_by_type).toEqual({ BLOCK: 1, STEP_UP: 1, ALLOW: 1 });
    expect((await get('/thoth/sessions/unknown/evidence-bundle')).status).toBe(404);
  });

  it('verifies, and stops where it is told', async () => {
    const all = (await get('/governance/evidence/verify-chain')).body;
    const head = (await get('/thoth/x/evidence/head')).body;
    expect(all).toMatchObject({ verified: true, breach_detail: null, chain_head: head.chain_index });
    expect((await get('/governance/evidence/verify-chain?limit=2')).body).toMatchObject({
      verified: true,
      records_checked: 2,
    });
  });

  it('keeps the canonical text under the digest of the record', async () => {
    const { body } = await get('/thoth/x/evidence/export');
    const record = body.data.find((entry: Row) => entry.kind === 'decision');
    const { body: kept } = await get(`/thoth/x/evidence/${record.chain_index}/policy-input`);
    const sorted = JSON.stringify(kept.input);
    expect(createHash('sha256').update(sorted).digest('hex')).toBe(record.policy_input_digest);
  });

  it('finds the first record somebody changed behind the server', async () => {
    await tamper(
      `UPDATE evidence SET record = replace(record, '"agent_id":"bob"', '"agent_id":"eve"') WHERE chain_index = 5`,
    );
    expect((await get('/governance/evidence/verify-chain')).body).toMatchObject({
      verified: false,
      breach_index: 5,
      chain_head: 4,
    });
    await tamper(
      `UPDATE evidence SET record = replace(record, '"agent_id":"eve"', '"agent_id":"bob"') WHERE chain_index = 5`,
    );
    expect((await get('/governance/evidence/verify-chain')).body.verified).toBe(true);
    await tamper('DELETE FROM evidence WHERE chain_index = (SELECT max(chain_index) FROM evidence)');
    expect((await get('/governance/evidence/verify-chain')).body).toMatchObject({ verified: false });
  });
});

/** Changes the database file while the server is down, as an intruder with the disk would. */
async function tamper(sql: string): Promise<void> {
  const { dataDir } = thoth.server;
  await thoth.server.close();
  const database = await openSqlite(join(dataDir, 'thoth.db'));
  database.exec(sql);
  database.close();
  await thoth.restart();
}
