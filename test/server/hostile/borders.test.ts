import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationEntry, operationIds } from '../../../src/contract/index.js';
import { startDataPlane, type DataPlane, type Row } from '../enforce/data-plane.js';
import { contractIssues, send, type Reply } from '../http/running-server.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

/** Every operation this server has, asked in the way its path and method want. */
async function everyOperation(
  credential: string | null,
): Promise<{ readonly id: string; readonly reply: Reply; readonly dataPlane: boolean }[]> {
  const answers = [];
  for (const id of operationIds()) {
    const { method, path, hasBody } = operationEntry(id);
    const url =
      thoth.server.url +
      path.replaceAll(/\{(\w+)\}/g, (_all, name) => (name === 'tenantId' ? thoth.server.tenantId : 'x'));
    const reply = await send(method.toUpperCase(), url, hasBody ? {} : undefined, credential);
    if (reply.body?.message === 'no such path' || reply.status === 405) continue;
    answers.push({ id, reply, dataPlane: path.startsWith('/v1/') });
  }
  return answers;
}

const SIGN_IN = ['exchangeCliLogin', 'startCliLogin'];
/** Lets in whoever signs the body; a credential, of whomever, says nothing to it. */
const SIGNED = 'receivePamCallback';
/** Answer every credential of the tenant, and nobody else. */
const ANY_CREDENTIAL = ['checkAuth', 'endCliSession'];

describe('every route the server has', () => {
  it('is closed to callers without a credential, save for signing in', async () => {
    const answers = await everyOperation(null);
    expect(answers.length).toBeGreaterThan(50);
    const open = answers.filter(({ reply }) => reply.status !== 401).map(({ id }) => id);
    expect(open.sort()).toEqual(SIGN_IN);
    for (const { id, reply } of answers) expect(await contractIssues(id, reply), id).toEqual([]);
  });

  it('is closed to the admin of another tenant, streams and additions too', async () => {
    const other = await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'other' });
    for (const { id, reply, dataPlane } of await everyOperation(other.body.admin_token)) {
      if (SIGN_IN.includes(id) || dataPlane) continue;
      expect([id, reply.status]).toEqual([id, id === SIGNED ? 401 : 403]);
      expect(await contractIssues(id, reply), id).toEqual([]);
    }
  });

  it('of the control plane is closed to a key made for one agent, whatever its permissions', async () => {
    const bound = await thoth.key(['read', 'write', 'execute'], 'support-bot');
    for (const { id, reply, dataPlane } of await everyOperation(bound)) {
      if (SIGN_IN.includes(id) || ANY_CREDENTIAL.includes(id) || dataPlane) continue;
      expect([id, reply.status]).toEqual([id, id === SIGNED ? 401 : 403]);
    }
  });
});

let sessions = 0;
async function held(credential: string, tool = 'search_web'): Promise<string> {
  const session = `border-${(sessions += 1)}`;
  const reply = await thoth.enforce(
    { session_id: session, enforcement_mode: 'step_up', tool_name: tool },
    credential,
  );
  expect(reply.body.decision).toBe('STEP_UP');
  const list = await thoth.call('GET', '/thoth/approvals');
  return list.body.data.find((row: Row) => row.session_id === session).approval_id;
}

const judge = (id: string, decision: string, credential: string) =>
  thoth.call('POST', `/thoth/approvals/${id}/resolve`, { decision }, credential);

async function makeKey(maker: string, name: string, permissions = ['read', 'write', 'execute']) {
  const made = await thoth.call(
    'POST',
    '/thoth/api-keys',
    { scope_level: 'organization', permissions, name },
    maker,
  );
  expect(made.status).toBe(201);
  return made.body.api_key as string;
}

describe('nobody approves a call of their own', () => {
  it('with a second credential of the same name', async () => {
    const agent = await makeKey(thoth.adminToken, 'agent');
    const rotated = await makeKey(thoth.adminToken, 'agent');
    const reply = await judge(await held(agent), 'approve', rotated);
    expect([reply.status, reply.body.error]).toEqual([403, 'self_approval_refused']);
  });

  it('and a name borrowed from somebody else keeps nobody from judging', async () => {
    const agent = await makeKey(thoth.adminToken, 'busy agent');
    await makeKey(agent, 'admin');
    expect((await judge(await held(agent), 'approve', thoth.adminToken)).body.status).toBe('approved');
  });
});

it('a verdict reached in a race is recorded once', async () => {
  const agent = await makeKey(thoth.adminToken, 'racer', ['execute']);
  const left = await makeKey(thoth.adminToken, 'left');
  const right = await makeKey(thoth.adminToken, 'right');
  const id = await held(agent);
  await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      judge(id, index % 3 === 0 ? 'deny' : 'approve', index % 2 === 0 ? left : right),
    ),
  );
  const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
  const verdicts = chain.body.data.filter(
    (record: Row) =>
      String(record.kind).startsWith('control.approval.') && JSON.stringify(record).includes(id),
  );
  expect(verdicts).toHaveLength(1);
});

it('a stream ends with the credential that opened it', async () => {
  const made = await thoth.call('POST', '/thoth/api-keys', {
    scope_level: 'organization',
    permissions: ['read'],
  });
  const { url, tenantId } = thoth.server;
  const response = await fetch(`${url}/${tenantId}/thoth/x/stream/violations?cursor=latest`, {
    headers: { 'x-api-key': made.body.api_key },
  });
  expect(response.status).toBe(200);
  const text = response.text();
  expect((await thoth.call('DELETE', `/thoth/api-keys/${made.body.key_id}`)).status).toBe(200);
  await thoth.enforce({ session_id: 'after', tool_name: 'rm_rf' });
  const received = await text;
  expect(received).toContain('event: error');
  expect(received).toContain('credential_revoked');
  expect(received).not.toContain('rm_rf');
});
