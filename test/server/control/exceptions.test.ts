import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { later } from '../../support/later.js';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

let counter = 0;
const next = (prefix: string): string => `${prefix}-${(counter += 1)}`;
const ask = async (agent: string, tool: string, more: Record<string, unknown> = {}) => {
  const call = { agent_id: agent, tool_name: tool, approved_scope: [tool], session_id: next('exceptions') };
  const reply = await thoth.enforce({ ...call, ...more });
  expect(reply.status).toBe(200);
  return reply.body;
};
const outcome = async (...call: Parameters<typeof ask>): Promise<string> => (await ask(...call)).decision;
const WHY = {
  requested_by: 'ann@example.com',
  business_justification: 'the month has to be closed',
  frequency_estimate: 'monthly',
  data_sensitivity: 'internal',
};
const create = (body: object) => thoth.call('POST', '/thoth/policy-exceptions', { ...WHY, ...body });
const review = (id: string, body: object) =>
  thoth.call('PATCH', `/thoth/policy-exceptions/${id}/review`, { reviewed_by: 'bo@example.com', ...body });
const artifact = (id: string) => thoth.call('GET', `/thoth/policy-change-artifacts/${id}`);
const apply = (id: string, body: object = {}) =>
  thoth.call('POST', `/thoth/policy-change-artifacts/${id}/apply`, { applied_by: 'cy@example.com', ...body });
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
const push = async (name: string, raw_policy: string, framework = 'CEDAR') => {
  const reply = await thoth.call('POST', '/thoth/policy-bundles', {
    name,
    framework,
    raw_policy,
    assignments: ['all'],
  });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
};
const forbid = (id: string, tool: string, effect = 'BLOCK', more = '') =>
  `@id("${id}")\n@thoth_effect("${effect}")\nforbid (principal, action == Thoth::Action::"tool_call:${tool}", resource)${more};\n`;

/** A tool that a bundle blocks, and the violation of a call of it. */
async function refused(agent: string): Promise<{ tool: string; violation: string }> {
  const tool = next('close_books').replace('-', '_');
  await push(`guard-${tool}`, forbid('month-end', tool));
  const made = await ask(agent, tool);
  expect([made.decision, made.matched_rule_ids]).toEqual(['BLOCK', [`guard-${tool}@1#month-end`]]);
  return { tool, violation: made.violation_id };
}

describe('a request', () => {
  it('comes back as it was written, with nothing made up', async () => {
    const made = await create({ request_id: 'EXC 1/ä', violation_id: 'vio-unknown' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      request_id: 'EXC 1/ä',
      status: 'pending',
      requested_by: 'ann@example.com',
      hold_token: null,
      agent_id: null,
      tool_name: null,
      alternatives_considered: null,
      reviewed_by: null,
      policy_change: null,
      runtime_override: { status: 'none' },
    });
    const read = await thoth.call('GET', `/thoth/policy-exceptions/${encodeURIComponent('EXC 1/ä')}`);
    expect(read.body).toEqual(made.body);
    expect((await create({ request_id: 'EXC 1/ä', violation_id: 'v' })).body.error).toBe('already_exists');
    expect((await create({ violation_id: 'v' })).body.request_id).toMatch(/^exr_/);
    expect((await thoth.call('GET', '/thoth/policy-exceptions/none')).status).toBe(404);
  });

  it('may not be about another call than its violation', async () => {
    const { tool, violation } = await refused('bot-a');
    expect((await create({ violation_id: violation, agent_id: 'bot-b' })).status).toBe(400);
    expect((await create({ violation_id: violation, tool_name: 'other' })).status).toBe(400);
    const held = await ask('bot-a', 'unscoped', { approved_scope: ['x'], enforcement_mode: 'step_up' });
    expect((await create({ violation_id: violation, hold_token: held.hold_token })).status).toBe(400);
    expect((await create({ violation_id: held.violation_id, hold_token: held.hold_token })).status).toBe(201);
    expect((await create({ violation_id: violation, agent_id: 'bot-a', tool_name: tool })).status).toBe(201);
  });

  it('is listed newest first, by state and people, in pages', async () => {
    const mine = next('lister');
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.push((await create({ violation_id: `v${index}`, requested_by: mine })).body.request_id);
      await delay(2);
    }
    await review(ids[0] ?? '', { review_decision: 'deny', reviewed_by: mine });
    const list = async (query: string) => (await thoth.call('GET', `/thoth/policy-exceptions?${query}`)).body;
    const of = async (query: string) =>
      (await list(query)).data.map((row: { request_id: string }) => row.request_id);
    expect(await of(`requested_by=${mine}`)).toEqual(ids.toReversed());
    expect(await of(`requested_by=${mine}&limit=2&offset=1`)).toEqual([ids[3], ids[2]]);
    expect(await of(`requested_by=${mine}&offset=4`)).toEqual([ids[0]]);
    expect(await of(`requested_by=${mine}&status=denied`)).toEqual([ids[0]]);
    expect(await of(`reviewed_by=${mine}`)).toEqual([ids[0]]);
    expect(await list(`requested_by=${mine}&limit=2`)).toMatchObject({ total: 5, limit: 2, offset: 0 });
  });
});

describe('a review', () => {
  it('walks the states, and a final one is final', async () => {
    const { request_id: id } = (await create({ violation_id: 'v' })).body;
    const asked = await review(id, { review_decision: 'request_changes', review_notes: 'say why' });
    expect(asked.body).toMatchObject({ status: 'under_review', review_notes: 'say why' });
    expect((await artifact(id)).status).toBe(404);
    expect((await apply(id)).body.error).toBe('artifact_not_ready');
    expect((await thoth.call('POST', `/thoth/policy-change-artifacts/${id}/generate`, {})).status).toBe(409);
    const done = await review(id, {
      review_decision: 'approve',
      owner: 'finance',
      target_environment: 'prod',
    });
    expect(done.body).toMatchObject({ status: 'approved', owner: 'finance', review_decision: 'approve' });
    for (const review_decision of ['approve', 'deny', 'request_changes', 'approve_with_modification']) {
      const again = await review(id, { review_decision });
      expect([again.status, again.body.error]).toEqual([409, 'exception_already_reviewed']);
    }
    expect((await artifact(id)).body).toMatchObject({
      request_id: id,
      status: 'generated',
      owner: 'finance',
      target_environment: 'prod',
      applied_at: null,
    });
    const denied = (await create({ violation_id: 'v' })).body.request_id;
    expect((await review(denied, { review_decision: 'deny' })).body.status).toBe('denied');
    expect((await artifact(denied)).status).toBe(404);
    expect((await apply('none')).status).toBe(404);
  });

  it('refuses an override that is over already, and a modification that cannot be meant', async () => {
    const { request_id: id } = (await create({ violation_id: 'v' })).body;
    const late = { review_decision: 'approve', override_expires_at: inSeconds(-5) };
    expect((await review(id, late)).status).toBe(400);
    for (const change of [{ effect: 'block' }, { purpose: 7 }, { max_sensitivity: 'odd' }]) {
      const body = { review_decision: 'approve_with_modification', policy_change: change };
      expect((await review(id, body)).status, JSON.stringify(change)).toBe(400);
    }
    expect((await thoth.call('GET', `/thoth/policy-exceptions/${id}`)).body.status).toBe('pending');
  });
});

describe('the temporary override', () => {
  it('lets the same call through until it expires, without a restart, and nobody and nothing else', async () => {
    const { tool, violation } = await refused('closer');
    const { request_id: id } = (await create({ violation_id: violation })).body;
    const until = inSeconds(600);
    const done = await review(id, { review_decision: 'approve', override_expires_at: until });
    expect(done.body).toMatchObject({
      override_expires_at: until,
      agent_id: null,
      runtime_override: {
        status: 'active',
        agent_id: 'closer',
        tool_name: tool,
        environment: 'prod',
        effect: 'ALLOW',
        sets_aside: [`guard-${tool}@1#month-end`],
      },
    });
    const made = await ask('closer', tool);
    expect(made).toMatchObject({ decision: 'ALLOW', decision_reason_code: 'policy_exception' });
    expect(made.matched_rule_ids).toEqual(['scope', `exception:${id}`]);
    expect(made.violation_id).toBeUndefined();
    expect(await outcome('another', tool)).toBe('BLOCK');
    expect(await outcome('closer', tool, { environment: 'dev' })).toBe('BLOCK');
    await thoth.restart();
    expect(await outcome('closer', tool)).toBe('ALLOW');
    await later(601, async () => {
      const after = await ask('closer', tool);
      expect([after.decision, after.matched_rule_ids]).toEqual(['BLOCK', [`guard-${tool}@1#month-end`]]);
      const read = await thoth.call('GET', `/thoth/policy-exceptions/${id}`);
      expect(read.body.runtime_override.status).toBe('expired');
    });
  });

  it('reaches no other rule, in the same bundle or elsewhere, and no new version', async () => {
    const { tool, violation } = await refused('layered');
    const { request_id: id } = (await create({ violation_id: violation })).body;
    await review(id, { review_decision: 'approve', override_expires_at: inSeconds(600) });
    expect(await outcome('layered', tool)).toBe('ALLOW');
    expect((await ask('layered', tool, { approved_scope: ['other'] })).matched_rule_ids).toEqual(['scope']);
    await push(`second-${tool}`, forbid('ask-first', tool, 'STEP_UP'));
    expect((await ask('layered', tool)).matched_rule_ids).toEqual([`second-${tool}@1#ask-first`]);
    await thoth.call('PUT', '/thoth/settings', {
      tool_risk_overrides: { [tool]: 'critical' },
      shadow_policy: { critical: 'block' },
    });
    expect((await ask('layered', tool)).matched_rule_ids).toEqual(['risk-tier']);
    await thoth.call('PUT', '/thoth/settings', {
      tool_risk_overrides: {},
      shadow_policy: { critical: 'allow' },
    });
    // The new version is another rule: nobody has approved to set that aside.
    await push(`guard-${tool}`, forbid('month-end', tool));
    expect((await ask('layered', tool)).matched_rule_ids).toEqual([`guard-${tool}@2#month-end`]);
  });

  it('uncovers a milder rule of the same bundle instead of skipping it', async () => {
    const tool = 'pay_supplier_twice';
    await push('two-rules', forbid('never', tool) + forbid('ask', tool, 'STEP_UP'));
    const { violation_id } = await ask('payer', tool);
    const { request_id: id } = (await create({ violation_id })).body;
    await review(id, { review_decision: 'approve', override_expires_at: inSeconds(600) });
    const made = await ask('payer', tool);
    expect([made.decision, made.matched_rule_ids]).toEqual(['STEP_UP', ['two-rules@1#ask']]);
  });

  it('covers scope, risk tier and packs, each by its own rule', async () => {
    const grant = async (violation_id: string) => {
      const { request_id: id } = (await create({ violation_id })).body;
      await review(id, { review_decision: 'approve', override_expires_at: inSeconds(600) });
      return `exception:${id}`;
    };
    const outside = { approved_scope: ['other'] };
    const scoped = await grant((await ask('scoper', 'search_docs', outside)).violation_id);
    expect((await ask('scoper', 'search_docs', outside)).matched_rule_ids).toEqual(['scope', scoped]);
    await thoth.call('POST', '/thoth/agents/packer/apply-pack', { pack_id: 'sec-cftc-records' });
    const packed = await grant((await ask('packer', 'delete_ledger')).violation_id);
    expect((await ask('packer', 'delete_ledger')).matched_rule_ids).toEqual(['scope', packed]);
    expect(await outcome('packer', 'delete_order_book')).toBe('BLOCK');
  });

  it('never reaches a quarantine or a policy that fails', async () => {
    const endpoint = { endpoint_id: 'e-q', hostname: 'q', environment: 'prod' };
    expect((await thoth.call('POST', '/thoth/endpoints', endpoint)).status).toBeLessThan(300);
    expect((await thoth.call('POST', '/thoth/endpoints/e-q/quarantine')).status).toBeLessThan(300);
    const stopped = await ask('worker', 'search_docs', { endpoint_id: 'e-q' });
    expect(stopped.decision).toBe('BLOCK');
    await push('fragile', 'forbid (principal, action, resource) when { context.args.amount > 1 };\n');
    const failed = await ask('worker', 'search_docs', { tool_args: {} });
    expect(failed.decision_reason_code).toBe('policy_evaluation_failed');
    for (const made of [stopped, failed]) {
      const { request_id: id } = (await create({ violation_id: made.violation_id })).body;
      const done = await review(id, { review_decision: 'approve', override_expires_at: inSeconds(600) });
      expect(done.body.runtime_override).toEqual({ status: 'none' });
    }
    expect(await outcome('worker', 'search_docs', { endpoint_id: 'e-q' })).toBe('BLOCK');
    const { body } = await thoth.call('GET', '/thoth/policy-bundles');
    const fragile = body.data.find((bundle: { name: string }) => bundle.name === 'fragile');
    await thoth.call('DELETE', `/thoth/policy-bundles/${fragile.id}`);
  });

  it('needs an end', async () => {
    const { tool, violation } = await refused('endless');
    const { request_id: id } = (await create({ violation_id: violation })).body;
    expect((await review(id, { review_decision: 'approve' })).body.runtime_override.status).toBe('none');
    expect(await outcome('endless', tool)).toBe('BLOCK');
  });

  it('of a modification keeps its conditions, and asks a person for those it cannot check', async () => {
    const grant = async (agent: string, policy_change: object) => {
      const { tool, violation } = await refused(agent);
      const { request_id: id } = (await create({ violation_id: violation })).body;
      const verdict = { review_decision: 'approve_with_modification', override_expires_at: inSeconds(600) };
      const done = await review(id, { ...verdict, policy_change });
      expect(done.body).toMatchObject({ status: 'approved_with_modification', policy_change });
      return tool;
    };
    const close = await grant('mod-a', { purpose: 'closing', max_sensitivity: 'internal', description: 'x' });
    expect(await outcome('mod-a', close)).toBe('BLOCK');
    expect(await outcome('mod-a', close, { purpose: 'closing' })).toBe('ALLOW');
    expect(await outcome('mod-a', close, { purpose: 'closing', data_classification: 'confidential' })).toBe(
      'BLOCK',
    );
    const held = await grant('mod-b', { effect: 'step_up' });
    expect(await ask('mod-b', held)).toMatchObject({
      decision: 'STEP_UP',
      decision_reason_code: 'policy_exception',
    });
    const vague = await grant('mod-c', { max_amount: 100 });
    expect(await outcome('mod-c', vague)).toBe('STEP_UP');
  });
});

describe('the artifact', () => {
  const cases = (['cedar', 'rego'] as const).flatMap((format) => [
    { format, change: undefined, expected: ['ALLOW', 'BLOCK', 'BLOCK'] },
    { format, change: { effect: 'step_up' }, expected: ['STEP_UP', 'BLOCK', 'BLOCK'] },
    { format, change: { purpose: 'closing' }, expected: ['ALLOW', 'BLOCK', 'BLOCK'] },
  ]);
  it.each(cases)(
    'in $format with $change decides as the override did',
    async ({ format, change, expected }) => {
      const agent = next(`${format}-bot "x"`);
      const { tool, violation } = await refused(agent);
      const { request_id: id } = (await create({ violation_id: violation })).body;
      await review(id, {
        review_decision: change === undefined ? 'approve' : 'approve_with_modification',
        override_expires_at: inSeconds(600),
        ...(change === undefined ? {} : { policy_change: change }),
      });
      const decisions = async () => [
        await outcome(agent, tool, { purpose: 'closing' }),
        await outcome('somebody-else', tool, { purpose: 'closing' }),
        await outcome(agent, tool, { purpose: 'closing', environment: 'dev' }),
      ];
      expect(await decisions()).toEqual(expected);
      expect((await artifact(id)).body.policies).toEqual({
        cedar: expect.stringContaining('permit'),
        rego: expect.stringContaining('import rego.v1'),
        yaml: expect.stringContaining(`tool: "${tool}"`),
      });
      const done = await apply(id, { policy_format: format, bundle_name: `lasting-${id}` });
      expect(done.body).toMatchObject({
        request_id: id,
        override_revoked: true,
        policy_format: format,
        govapi_resource: {
          name: `lasting-${id}`,
          version: 1,
          status: 'active',
          assignments: ['all'],
        },
      });
      expect(done.body.govapi_resource.diagnostics).toBeUndefined();
      expect(done.body.apply_channel).toBeUndefined();
      expect((await thoth.call('GET', `/thoth/policy-exceptions/${id}`)).body.runtime_override.status).toBe(
        'revoked',
      );
      expect(await decisions()).toEqual(expected);
      // A bundle for one agent leaves every other call as it was.
      expect((await ask('somebody-else', 'search_docs')).decision_reason_code).toBe('in_approved_scope');
      expect((await artifact(id)).body).toMatchObject({
        status: 'applied',
        applied_by: 'cy@example.com',
        apply_channel: 'govapi',
        bundle_id: done.body.govapi_resource.id,
      });
      await thoth.call('DELETE', `/thoth/policy-bundles/${done.body.govapi_resource.id}`);
      expect(await outcome(agent, tool, { purpose: 'closing' })).toBe('BLOCK');
    },
  );

  it('through another channel is only handed over, and the override stays', async () => {
    const { tool, violation } = await refused('handed');
    const { request_id: id } = (await create({ violation_id: violation })).body;
    await review(id, { review_decision: 'approve', override_expires_at: inSeconds(600) });
    const done = await apply(id, { apply_channel: 'terraform' });
    expect(done.body).toMatchObject({
      apply_channel: 'terraform',
      override_revoked: false,
      govapi_resource: null,
    });
    expect(await outcome('handed', tool)).toBe('ALLOW');
    // Staged, it does not govern yet: taking the override away would block the agent in between.
    const staged = await apply(id, { status: 'staged', enforcement_mode: 'observe' });
    expect(staged.body).toMatchObject({ override_revoked: false, govapi_resource: { status: 'staged' } });
    expect(staged.body.policy_format).toBeUndefined();
    expect(await outcome('handed', tool)).toBe('ALLOW');
    expect((await apply(id, { policy_format: 'yaml' })).status).toBe(400);
  });

  it('is built anew with a new owner and narrower terms, never wider ones', async () => {
    const { violation } = await refused('again');
    const { request_id: id } = (await create({ violation_id: violation })).body;
    await review(id, {
      review_decision: 'approve_with_modification',
      policy_change: { effect: 'step_up' },
      owner: 'a',
    });
    const first = (await artifact(id)).body;
    const generate = (body: object) =>
      thoth.call('POST', `/thoth/policy-change-artifacts/${id}/generate`, body);
    const second = (await generate({ owner: 'b', policy_change: { effect: 'allow', purpose: 'closing' } }))
      .body;
    expect(second).toMatchObject({ artifact_id: first.artifact_id, owner: 'b', status: 'generated' });
    expect(second.policies.cedar).toContain('context.purpose == "closing"');
    expect(second.policies.yaml).toContain('effect: "step_up"');
    const list = async (query: string) =>
      (await thoth.call('GET', `/thoth/policy-change-artifacts${query}`)).body;
    expect((await list('')).data).toContainEqual(second);
    await generate({ target_environment: 'staging' });
    const staged = await list('?target_environment=staging&limit=1');
    expect([staged.total, staged.data[0].request_id]).toEqual([1, id]);
  });

  it('of a violation nobody knows has no effect, and still is a policy the engine accepts', async () => {
    const { request_id: id } = (await create({ violation_id: 'vio-1' })).body;
    await review(id, { review_decision: 'approve' });
    for (const policy_format of ['cedar', 'rego']) {
      const done = await apply(id, { policy_format, bundle_name: `unknown-${policy_format}` });
      expect(done.status, JSON.stringify(done.body)).toBe(200);
    }
    expect((await ask('anybody', 'search_docs', { approved_scope: [] })).decision).toBe('BLOCK');
    expect((await ask('anybody', 'search_docs')).decision_reason_code).toBe('in_approved_scope');
  });
});
