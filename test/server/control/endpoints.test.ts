import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALL, startDataPlane, type DataPlane } from '../enforce/data-plane.js';
import { send } from '../http/running-server.js';

let thoth: DataPlane;

beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const register = (body: object) => thoth.call('POST', '/thoth/endpoints', body);
const read = async (id: string) => (await thoth.call('GET', `/thoth/endpoints/${id}`)).body;
const stats = async () => (await thoth.call('GET', '/thoth/endpoints/stats')).body;
const quarantine = (id: string) => thoth.call('POST', `/thoth/endpoints/${id}/quarantine`);
const release = (id: string) => thoth.call('POST', `/thoth/x/endpoints/${id}/release`);
const fleet = (body: object) => thoth.call('POST', '/thoth/fleets', body);

describe('endpoints', () => {
  it('answer with what was registered and invent nothing', async () => {
    const full = {
      endpoint_id: 'laptop 1',
      hostname: 'mac-001',
      employee_name: 'Ada',
      employee_email: 'ada@example.com',
      department: 'Finance',
      os: 'macos',
      os_version: '15.1',
      enrollment: 'jamf',
      status: 'Sleeping',
      enforcement_mode: 'shadow',
      environment: 'staging',
      proxy_version: '1.2.0',
      agent_ids: ['zeta', 'alpha'],
      risk_score: 12.5,
      violations_today: 3,
      sessions_today: 4,
      fleet_id: 'fleet-1',
      provider: 'jamf',
    };
    const created = await register(full);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject(full);
    expect(await read('laptop%201')).toEqual(created.body);

    // A registration is a whole description: what it leaves out is forgotten.
    const again = await register({ endpoint_id: 'laptop 1', hostname: 'mac-001' });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({
      employee_name: null,
      os: null,
      enrollment: null,
      enforcement_mode: null,
      environment: null,
      agent_ids: [],
      risk_score: 0,
      violations_today: 0,
      sessions_today: 0,
      fleet_id: null,
      last_seen: null,
      status: 'offline',
      created_at: created.body.created_at,
    });
  });

  it('refuse ids that no client could read again', async () => {
    for (const endpoint_id of ['a/b', 'a?b', '50%', 'stats', '..', 'x'.repeat(300)]) {
      expect((await register({ endpoint_id, hostname: 'h' })).status).toBe(400);
    }
    expect((await thoth.call('GET', '/thoth/endpoints/nobody')).status).toBe(404);
    expect((await quarantine('nobody')).status).toBe(404);
  });

  it('are listed by id, filtered and in pages', async () => {
    for (const [id, environment, fleet_id] of [
      ['page-c', 'dev', 'fleet-p'],
      ['page-a', 'prod', 'fleet-p'],
      ['page-b', 'prod', 'fleet-q'],
    ]) {
      await register({ endpoint_id: id, hostname: 'h', environment, fleet_id });
    }
    const list = async (query: string) => {
      const { body } = await thoth.call('GET', `/thoth/endpoints?${query}`);
      return { ids: body.data.map((row: { endpoint_id: string }) => row.endpoint_id), total: body.total };
    };
    expect(await list('fleet_id=fleet-p')).toEqual({ ids: ['page-a', 'page-c'], total: 2 });
    expect(await list('env=prod&fleet_id=fleet-p')).toEqual({ ids: ['page-a'], total: 1 });
    expect(await list('env=prod&limit=1')).toEqual({ ids: ['page-a'], total: 2 });
    expect(await list('env=prod&limit=1&after=page-a')).toEqual({ ids: ['page-b'], total: 2 });
    expect((await list('')).ids).toEqual((await list('')).ids.toSorted());
    expect((await thoth.call('GET', '/thoth/endpoints?limit=0')).status).toBe(400);
  });

  it('count what was recorded of their calls, on top of what was reported', async () => {
    await register({ endpoint_id: 'seen', hostname: 'h', violations_today: 2, sessions_today: 0 });
    expect(await read('seen')).toMatchObject({ last_seen: null, violations_today: 2, status: 'offline' });
    const before = await stats();
    await thoth.enforce({ endpoint_id: 'seen', session_id: 's-1' });
    await thoth.enforce({ endpoint_id: 'seen', session_id: 's-2', tool_name: 'drop_table' });
    await thoth.enforce({ endpoint_id: 'seen', session_id: 's-2' });
    const row = await read('seen');
    expect(row).toMatchObject({ violations_today: 3, sessions_today: 2, status: 'online' });
    expect(Date.now() - Date.parse(row.last_seen)).toBeLessThan(60_000);
    expect(await stats()).toMatchObject({ total: before.total, online: before.online + 1 });

    // What Terraform writes must come back as it was planned.
    const zero = await register({
      endpoint_id: 'seen',
      hostname: 'h',
      violations_today: 0,
      sessions_today: 0,
    });
    expect(zero.body).toMatchObject({ violations_today: 0, sessions_today: 0, status: 'online' });
  });

  it('add up in the statistics', async () => {
    const before = await stats();
    await register({ endpoint_id: 'st-1', hostname: 'h', enrollment: 'jamf', proxy_version: '9.10.0' });
    await register({ endpoint_id: 'st-2', hostname: 'h', enrollment: 'unmanaged', proxy_version: '9.9.1' });
    await register({ endpoint_id: 'st-3', hostname: 'h', risk_score: 70 });
    const after = await stats();
    expect(after).toMatchObject({
      total: before.total + 3,
      managed: before.managed + 1,
      unmanaged: before.unmanaged + 2,
      at_risk: before.at_risk + 1,
      proxy_outdated: before.proxy_outdated + 1,
      latest_version: '9.10.0',
    });
  });
});

describe('a quarantine', () => {
  it.each(['block', 'observe', 'step_up', 'progressive'])(
    'stops the very next call in %s mode, is recorded, and ends with the release alone',
    async (mode) => {
      const id = `stop-${mode}`;
      const call = () => thoth.enforce({ endpoint_id: id, enforcement_mode: mode, session_id: id });
      await register({ endpoint_id: id, hostname: 'h' });
      expect((await call()).body.decision).toBe('ALLOW');

      const stopped = await quarantine(id);
      expect(stopped.body).toMatchObject({ endpoint_id: id, status: 'quarantined' });
      expect(typeof stopped.body.quarantined_at).toBe('string');
      const refused = (await call()).body;
      expect(refused).toMatchObject({
        decision: 'BLOCK',
        authorization_decision: 'BLOCK',
        decision_reason_code: 'endpoint_quarantined',
        matched_rule_ids: ['quarantine'],
      });
      const violation = await thoth.call('GET', `/thoth/x/violations/${refused.violation_id}`);
      expect(violation.status).toBe(200);
      expect((await read(id)).violations_today).toBe(1);
      expect((await stats()).quarantined).toBeGreaterThan(0);
      const { body } = await thoth.call('GET', '/thoth/endpoints?quarantined=true');
      expect(body.data.map((row: { endpoint_id: string }) => row.endpoint_id)).toEqual([id]);

      const claimed = await register({ endpoint_id: id, hostname: 'h', status: 'online' });
      expect(claimed.body.status).toBe('quarantined');
      expect((await call()).body.decision).toBe('BLOCK');

      expect((await release(id)).body).toMatchObject({ status: 'online', quarantined_at: null });
      expect((await call()).body.decision).toBe('ALLOW');
      expect((await release(id)).status).toBe(200);
    },
  );

  it('binds a call that a bundle would allow, and survives a restart', async () => {
    await register({ endpoint_id: 'st-restart', hostname: 'h', status: 'quarantined' });
    expect((await thoth.enforce({ endpoint_id: 'st-restart' })).body.decision).toBe('BLOCK');
    await thoth.restart();
    expect((await thoth.enforce({ endpoint_id: 'st-restart' })).body.decision).toBe('BLOCK');
    await release('st-restart');
    expect((await thoth.enforce({ endpoint_id: 'st-restart' })).body.decision).toBe('ALLOW');
  });
});

describe('a call that was held', () => {
  it('does not run on an endpoint that was quarantined before the approval', async () => {
    await register({ endpoint_id: 'held', hostname: 'h' });
    const agent = await thoth.key(['execute'], undefined, 'an agent');
    const held = await thoth.enforce(
      { endpoint_id: 'held', enforcement_mode: 'step_up', tool_name: 'wipe_disk' },
      agent,
    );
    const token = held.body.hold_token;
    await quarantine('held');
    const approver = await thoth.key(['read', 'write', 'execute'], undefined, 'somebody else');
    const { body } = await thoth.call('GET', '/thoth/approvals');
    const { approval_id } = body.data.find((row: { hold_token: string }) => row.hold_token === token);
    await thoth.call('POST', `/thoth/approvals/${approval_id}/resolve`, { decision: 'approve' }, approver);
    expect((await thoth.hold(token)).body).toMatchObject({
      resolved: true,
      decision: 'BLOCK',
      decision_reason_code: 'endpoint_quarantined',
    });
    await release('held');
    expect((await thoth.hold(token)).body).toMatchObject({ resolved: true, decision: 'ALLOW' });
  });
});

describe('keys of fleets and endpoints', () => {
  const keyFor = (scope_level: string, scope_target_id: string) =>
    thoth.call('POST', '/thoth/api-keys', {
      scope_level,
      scope_target_id,
      permissions: ['execute'],
    });

  it('need a target that exists', async () => {
    for (const level of ['fleet', 'endpoint']) {
      const refused = await keyFor(level, 'nowhere');
      expect(refused.status).toBe(400);
      expect(refused.body).toMatchObject({
        error: 'scope_target_not_found',
        message: `the ${level} nowhere does not exist`,
      });
    }
  });

  it('speak for their own endpoints, and die with neither silence nor their fleet', async () => {
    const { fleet_id } = (await fleet({ name: 'Keyed' })).body;
    await register({ endpoint_id: 'k-in', hostname: 'h', fleet_id, agent_ids: ['agent-in'] });
    await register({ endpoint_id: 'k-out', hostname: 'h', agent_ids: ['agent-out'] });
    const created = (await keyFor('fleet', fleet_id)).body;
    expect(created).toMatchObject({ scope_level: 'fleet', scope_target_id: fleet_id });
    const call = async (members: object, key: string) => (await thoth.enforce({ ...members }, key)).status;
    expect(await call({ endpoint_id: 'k-in' }, created.api_key)).toBe(200);
    expect(await call({}, created.api_key)).toBe(200);
    expect(await call({ endpoint_id: 'k-out' }, created.api_key)).toBe(403);
    expect(await call({ endpoint_id: 'unknown' }, created.api_key)).toBe(403);
    expect(await call({ fleet_id: 'another' }, created.api_key)).toBe(403);

    const allowed = async (resource_type: string, resource_id: string) =>
      (
        await thoth.call('POST', `/thoth/api-keys/${created.key_id}/authorize`, {
          api_key: created.api_key,
          permission: 'execute',
          resource_type,
          resource_id,
        })
      ).body.scope_allowed;
    expect(await allowed('fleet', fleet_id)).toBe(true);
    expect(await allowed('endpoint', 'k-in')).toBe(true);
    expect(await allowed('agent', 'agent-in')).toBe(true);
    expect(await allowed('endpoint', 'k-out')).toBe(false);
    expect(await allowed('agent', 'agent-out')).toBe(false);

    // A call of another place is none of theirs afterwards either: neither its hold nor why it was refused.
    const held = (
      await thoth.enforce({ endpoint_id: 'k-out', enforcement_mode: 'step_up', tool_name: 'search_web' })
    ).body;
    const within = (await keyFor('endpoint', 'k-in')).body.api_key;
    const outside = (await keyFor('endpoint', 'k-out')).body.api_key;
    const question = {
      ...CALL,
      tenant_id: thoth.server.tenantId,
      decision: 'STEP_UP',
      violation_id: held.violation_id,
    };
    const why = async (key: string) =>
      (await send('POST', `${thoth.server.url}/v1/explain`, question, key)).status;
    for (const key of [created.api_key, within]) {
      expect((await thoth.hold(held.hold_token, key)).status).toBe(403);
      expect(await why(key)).toBe(403);
    }
    expect((await thoth.hold(held.hold_token, outside)).status).toBe(200);
    expect(await why(outside)).toBe(200);

    // The endpoint of an endpoint key needs no naming: the key is limited to it, and stops with it.
    const own = (await keyFor('endpoint', 'k-in')).body.api_key;
    expect((await thoth.enforce({}, own)).body.decision).toBe('ALLOW');
    await quarantine('k-in');
    expect((await thoth.enforce({}, own)).body.decision_reason_code).toBe('endpoint_quarantined');
    await release('k-in');

    const path = `/thoth/fleets/${fleet_id}`;
    expect((await thoth.call('DELETE', path)).body.error).toBe('fleet_in_use');
    await thoth.call('DELETE', `/thoth/api-keys/${created.key_id}`);
    expect((await thoth.call('DELETE', path)).status).toBe(200);
    expect((await read('k-in')).fleet_id).toBeNull();
  });
});

describe('fleets', () => {
  it('keep what they were given and count their endpoints', async () => {
    const bare = await fleet({ name: 'Bare' });
    expect(bare.status).toBe(201);
    expect(bare.body).toMatchObject({
      region: null,
      policy_id: null,
      policy_name: null,
      status: null,
      rollout_strategy: null,
      rollout_pct: 0,
      provider: null,
      endpoint_count: 0,
    });
    const finance = (
      await fleet({
        name: 'Finance',
        region: 'us-west-2',
        status: 'active',
        rollout_strategy: 'canary',
        rollout_pct: 10,
        provider: 'jamf',
      })
    ).body;
    const path = `/thoth/fleets/${finance.fleet_id}`;
    expect((await thoth.call('GET', path)).body).toEqual(finance);
    const updated = await thoth.call('PUT', path, { name: 'Finance EU', rollout_pct: 50 });
    expect(updated.body).toMatchObject({ name: 'Finance EU', rollout_pct: 50, region: 'us-west-2' });
    expect((await fleet({ name: 'Finance EU' })).status).toBe(409);
    expect((await thoth.call('PUT', path, { name: 'Bare' })).status).toBe(400);

    const { fleet_id } = finance;
    await register({
      endpoint_id: 'f-1',
      hostname: 'h',
      fleet_id,
      enrollment: 'jamf',
      proxy_version: '99.0.1',
    });
    await register({ endpoint_id: 'f-2', hostname: 'h', fleet_id, proxy_version: '99.0.0' });
    const counted = (await thoth.call('GET', path)).body;
    expect(counted).toMatchObject({
      endpoint_count: 2,
      drifted_endpoint_count: 1,
      drift_pct: 50,
      compliance_pct: 50,
    });
    const listed = (await thoth.call('GET', '/thoth/fleets')).body;
    expect(listed.data).toContainEqual(counted);

    expect((await thoth.call('DELETE', path)).status).toBe(200);
    expect((await thoth.call('GET', path)).status).toBe(404);
    expect((await read('f-1')).fleet_id).toBeNull();
    expect((await fleet({ name: 'Finance EU' })).status).toBe(201);
  });
});
