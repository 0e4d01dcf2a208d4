import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';
import { openStore } from '../../../src/server/store/index.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

let sessions = 0;
const ask = async (agent: string, tool: string, more: Record<string, unknown> = {}) => {
  const call = {
    agent_id: agent,
    tool_name: tool,
    approved_scope: [tool],
    session_id: `packs-${(sessions += 1)}`,
  };
  const reply = await thoth.enforce({ ...call, ...more });
  expect(reply.status).toBe(200);
  return reply.body;
};
const apply = (agent: string, body: object) => thoth.call('POST', `/thoth/agents/${agent}/apply-pack`, body);
const bulk = (body: object) => thoth.call('POST', '/thoth/packs/apply', body);
const revoke = (agent: string, pack: string) => thoth.call('DELETE', `/thoth/agents/${agent}/packs/${pack}`);
const packsOf = async (agent: string, query = '') =>
  (await thoth.call('GET', `/thoth/agents/${agent}/packs${query}`)).body.packs;
const evidenceCount = async () =>
  (await thoth.call('GET', '/governance/evidence/verify-chain')).body.records_checked;

describe('the catalogue', () => {
  it('lists packs, their rules and every version of them', async () => {
    const { body } = await thoth.call('GET', '/thoth/packs');
    expect(body.total).toBe(5);
    expect(body.packs.find((pack: { pack_id: string }) => pack.pack_id === 'soc2-type2')).toMatchObject({
      display_name: 'SOC 2 Type II',
      regulation: 'soc2',
      rule_version: 2,
      rule_count: 4,
      controls: ['CC6.1', 'CC6.3', 'CC6.7', 'C1.2'],
    });
    const rules = (await thoth.call('GET', '/thoth/packs/soc2-type2/rules')).body;
    expect(rules).toMatchObject({ total_versions: 2, current_version: { rule_version: 2, active: true } });
    expect(rules.current_version.rules[3]).toMatchObject({
      id: 'restricted-disposal',
      effect: 'BLOCK',
      when: { action_classes: ['delete'], min_sensitivity: 'restricted' },
    });
    const history = (await thoth.call('GET', '/thoth/packs/soc2-type2/rules/history')).body;
    expect(
      history.versions.map((each: { rule_version: number; active: boolean }) => [
        each.rule_version,
        each.active,
      ]),
    ).toEqual([
      [2, true],
      [1, false],
    ]);
    expect((await thoth.call('GET', '/thoth/packs/none/rules')).status).toBe(404);
  });
});

// What each pack makes of a call in scope; expectations written from the regulation, not from the catalogue.
const DECISIONS: readonly (readonly [string, string, Record<string, unknown>, string, string?])[] = [
  ['soc2-type2', 'read_record', { data_classification: 'restricted' }, 'ALLOW'],
  [
    'soc2-type2',
    'update_record',
    { data_classification: 'restricted' },
    'STEP_UP',
    'soc2-type2@2#restricted-change',
  ],
  [
    'soc2-type2',
    'delete_record',
    { data_classification: 'restricted' },
    'BLOCK',
    'soc2-type2@2#restricted-disposal',
  ],
  [
    'soc2-type2',
    'send_mail',
    { data_classification: 'confidential' },
    'STEP_UP',
    'soc2-type2@2#confidential-outbound',
  ],
  ['soc2-type2', 'send_mail', { data_classification: 'internal' }, 'ALLOW'],
  [
    'soc2-type2',
    'run_job',
    { metadata: { caller_agent_id: 'planner' } },
    'STEP_UP',
    'soc2-type2@2#delegated-change',
  ],
  ['soc2-type2', 'read_record', { metadata: { caller_agent_id: 'planner' } }, 'ALLOW'],
  [
    'gdpr-ai-agents',
    'read_profile',
    { data_classification: 'confidential' },
    'STEP_UP',
    'gdpr-ai-agents@2#purpose-limitation',
  ],
  ['gdpr-ai-agents', 'read_record', { data_classification: 'confidential', purpose: 'support' }, 'ALLOW'],
  [
    'gdpr-ai-agents',
    'delete_user',
    { data_classification: 'confidential', purpose: 'support' },
    'STEP_UP',
    'gdpr-ai-agents@2#erasure',
  ],
  [
    'gdpr-ai-agents',
    'upload_file',
    { data_classification: 'restricted', purpose: 'support' },
    'BLOCK',
    'gdpr-ai-agents@2#special-category-outbound',
  ],
  [
    'fedramp-moderate',
    'run_shell',
    { delegation_context: { caller_agent_id: 'planner' } },
    'BLOCK',
    'fedramp-moderate@1#delegated-privilege',
  ],
  ['fedramp-moderate', 'run_shell', {}, 'ALLOW'],
  [
    'fedramp-moderate',
    'run_shell',
    { data_classification: 'confidential' },
    'STEP_UP',
    'fedramp-moderate@1#privileged-function',
  ],
  [
    'hipaa-minimum-necessary',
    'read_chart',
    { data_classification: 'restricted', purpose: 'marketing' },
    'BLOCK',
    'hipaa-minimum-necessary@1#permitted-purpose',
  ],
  [
    'hipaa-minimum-necessary',
    'read_chart',
    { data_classification: 'restricted', purpose: 'treatment' },
    'ALLOW',
  ],
  [
    'hipaa-minimum-necessary',
    'export_chart',
    { data_classification: 'restricted', purpose: 'treatment' },
    'STEP_UP',
    'hipaa-minimum-necessary@1#disclosure',
  ],
  ['sec-cftc-records', 'delete_trade_ticket', {}, 'BLOCK', 'sec-cftc-records@1#records-are-kept'],
  ['sec-cftc-records', 'delete_draft', {}, 'ALLOW'],
  [
    'sec-cftc-records',
    'wire_transfer',
    { task_context: { chain: ['planner'] } },
    'STEP_UP',
    'sec-cftc-records@1#supervised-order',
  ],
];

describe('rules of an assigned pack', () => {
  it.each(DECISIONS.map(([pack, tool, more, decision, rule]) => ({ pack, tool, more, decision, rule })))(
    '$pack: $tool $more is $decision',
    async ({ pack, tool, more, decision, rule }) => {
      const agent = `agent-of-${pack}`;
      expect((await apply(agent, { pack_id: pack })).status).toBe(200);
      const made = await ask(agent, tool, more);
      expect(made.decision).toBe(decision);
      if (rule !== undefined) {
        expect(made.matched_rule_ids).toEqual([rule]);
        expect(made.policy_references).toEqual([rule.split('#')[0]]);
        expect(made.decision_reason_code).toBe(
          decision === 'BLOCK' ? 'pack_rule_blocked' : 'pack_rule_step_up',
        );
      }
      // The same call of an agent without the pack runs.
      expect((await ask('unassigned-bot', tool, more)).decision).toBe('ALLOW');
    },
  );
});

describe('an assignment', () => {
  it('governs until it is revoked, and again after it is made anew', async () => {
    const call = () => ask('life-bot', 'delete_record', { data_classification: 'restricted' });
    const before = await call();
    expect(before.decision).toBe('ALLOW');
    const applied = await apply('life-bot', { pack_id: 'soc2-type2' });
    expect(applied.body).toMatchObject({
      agent_id: 'life-bot',
      pack_id: 'soc2-type2',
      status: 'active',
      rule_version: 2,
      approval_policy_id: 'default',
      environment: null,
      overrides: null,
      revoked_at: null,
    });
    expect((await call()).decision).toBe('BLOCK');
    const revoked = await revoke('life-bot', 'soc2-type2');
    expect(revoked.body).toMatchObject({ status: 'revoked', revoked_at: expect.any(String) });
    const after = await call();
    expect([after.decision, after.decision_reason_code, after.risk_score, after.matched_rule_ids]).toEqual([
      before.decision,
      before.decision_reason_code,
      before.risk_score,
      before.matched_rule_ids,
    ]);
    expect(await packsOf('life-bot')).toEqual([]);
    expect(await packsOf('life-bot', '?include_revoked=true')).toHaveLength(1);
    expect((await revoke('life-bot', 'soc2-type2')).body).toEqual(revoked.body);
    await apply('life-bot', { pack_id: 'soc2-type2' });
    expect((await call()).decision).toBe('BLOCK');
    expect((await revoke('life-bot', 'gdpr-ai-agents')).status).toBe(404);
  });

  it('keeps the rule version it was made with, and says so as drift', async () => {
    await apply('pinned-bot', { pack_id: 'soc2-type2', rule_version: 1 });
    // Rule version 1 did not know disposal: it held the call.
    const made = await ask('pinned-bot', 'delete_record', { data_classification: 'restricted' });
    expect([made.decision, made.matched_rule_ids]).toEqual(['STEP_UP', ['soc2-type2@1#restricted-change']]);
    const find = async () =>
      (await thoth.call('GET', '/thoth/packs/runtime-status')).body.agents.find(
        (agent: { agent_id: string }) => agent.agent_id === 'pinned-bot',
      );
    expect(await find()).toMatchObject({
      in_sync: false,
      packs: [
        { assigned_rule_version: 1, loaded_rule_version: 1, current_rule_version: 2, state: 'outdated' },
      ],
    });
    await apply('pinned-bot', { pack_id: 'soc2-type2' });
    expect(await find()).toMatchObject({ in_sync: true });
    expect((await apply('pinned-bot', { pack_id: 'soc2-type2', rule_version: 9 })).body.error).toBe(
      'unknown_pack',
    );
    expect((await apply('pinned-bot', { pack_id: 'nothing' })).body.error).toBe('unknown_pack');
  });

  it('replaces environment and overrides, and repeated alike changes nothing', async () => {
    const overrides = { behavioral_controls: { trust_floor: 0.25, critical_threshold: 0.35 }, note: 'kept' };
    const first = await apply('again-bot', { pack_id: 'soc2-type2', environment: 'dev', overrides });
    expect(first.body).toMatchObject({ environment: 'dev', overrides });
    const records = await evidenceCount();
    expect((await apply('again-bot', { pack_id: 'soc2-type2', environment: 'dev', overrides })).body).toEqual(
      first.body,
    );
    expect(await evidenceCount()).toBe(records);
    // A write has 35 points of risk: the threshold holds it, in its environment only.
    expect((await ask('again-bot', 'update_ticket', { environment: 'dev' })).matched_rule_ids).toEqual([
      'soc2-type2@2#critical-threshold',
    ]);
    expect((await ask('again-bot', 'update_ticket', { environment: 'prod' })).decision).toBe('ALLOW');
    const second = await apply('again-bot', { pack_id: 'soc2-type2' });
    expect(second.body).toMatchObject({ environment: null, overrides: null });
    expect(await evidenceCount()).toBe(records + 3);
    expect((await ask('again-bot', 'update_ticket', { environment: 'dev' })).decision).toBe('ALLOW');
  });

  it('survives a restart, also one of a release that knows fewer packs', async () => {
    await apply('restart-bot', { pack_id: 'fedramp-moderate' });
    const { dataDir, tenantId } = thoth.server;
    await thoth.server.close();
    const store = await openStore({ dataDir });
    const strange = {
      tenant_id: tenantId,
      agent_id: 'strange-bot',
      pack_id: 'from-the-future',
      rule_version: 7,
    };
    await store.commit({
      tenantId,
      evidence: [],
      statements: [
        store.build
          .insertInto('pack_assignments')
          .values({ ...strange, approval_policy_id: 'default', applied_by: 'x', applied_at: 1 })
          .compile(),
      ],
    });
    await store.close();
    await thoth.restart();
    expect((await ask('restart-bot', 'run_shell', { metadata: { caller_agent_id: 'p' } })).decision).toBe(
      'BLOCK',
    );
    expect(await packsOf('strange-bot')).toMatchObject([{ status: 'failed', rule_version: 7 }]);
    const { agents, drift } = (await thoth.call('GET', '/thoth/packs/runtime-status')).body;
    expect(
      agents.find((agent: { agent_id: string }) => agent.agent_id === 'strange-bot').packs,
    ).toMatchObject([{ state: 'not_loaded', loaded_rule_version: null, current_rule_version: null }]);
    expect(drift).toMatchObject({ agents: 1, packs: 1, outdated: 0, not_loaded: 1 });
    expect((await thoth.call('GET', '/thoth/packs/runtime-status?env=dev')).body.environment).toBe('dev');
  });
});

describe('bulk', () => {
  it('counts packs times agents, with overrides per pack', async () => {
    const { body } = await bulk({
      pack_ids: ['soc2-type2', 'gdpr-ai-agents'],
      agent_ids: ['bulk-2', 'bulk-1', 'bulk-1', ' '],
      environment: 'prod',
      approval_policy_id: 'two-eyes',
      overrides_by_pack: { 'soc2-type2': { behavioral_controls: { mismatch_boost: 0.25 } } },
    });
    expect(body).toMatchObject({ applied_count: 4, failed_count: 2, total_ops: 6 });
    expect(body.target_agent_ids).toEqual([' ', 'bulk-1', 'bulk-2']);
    expect(body.results.filter((each: { status: string }) => each.status === 'failed')[0]).toMatchObject({
      agent_id: ' ',
      error: 'the agent id is empty',
    });
    expect(await packsOf('bulk-1')).toMatchObject([
      { pack_id: 'gdpr-ai-agents', overrides: null, approval_policy_id: 'two-eyes' },
      {
        pack_id: 'soc2-type2',
        overrides: { behavioral_controls: { mismatch_boost: 0.25 } },
        environment: 'prod',
      },
    ]);
  });

  it('reaches every agent the tenant knows, from scopes, calls and assignments', async () => {
    await thoth.call('PUT', '/thoth/x/agents/scoped-only/scope', { approved_scope: ['a'] });
    await ask('seen-only', 'read_file');
    const { body } = await bulk({ pack_ids: ['fedramp-moderate'], all_agents: true });
    expect(body.target_agent_ids).toEqual(expect.arrayContaining(['scoped-only', 'seen-only', 'bulk-1']));
    expect(body.applied_count).toBe(body.target_agent_ids.length);
    expect((await ask('seen-only', 'run_shell', { metadata: { caller_agent_id: 'p' } })).decision).toBe(
      'BLOCK',
    );
    await Promise.all(body.target_agent_ids.map((agent: string) => revoke(agent, 'fedramp-moderate')));
    expect((await ask('seen-only', 'run_shell', { metadata: { caller_agent_id: 'p' } })).decision).toBe(
      'ALLOW',
    );
  });

  it('reaches the agents of fleets and endpoints, and refuses those it does not know', async () => {
    const fleet = (await thoth.call('POST', '/thoth/fleets', { name: 'laptops' })).body.fleet_id;
    const endpoint = { os: 'macos', status: 'online', environment: 'prod' };
    const put = (id: string, more: object) =>
      thoth.call('POST', '/thoth/endpoints', { endpoint_id: id, hostname: id, ...endpoint, ...more });
    await put('e-1', { fleet_id: fleet, agent_ids: ['on-fleet'] });
    await put('e-2', { agent_ids: ['on-endpoint', 'on-fleet'] });
    const soc2 = { pack_ids: ['soc2-type2'] };
    expect((await bulk({ ...soc2, fleet_ids: [fleet] })).body.target_agent_ids).toEqual(['on-fleet']);
    expect((await bulk({ ...soc2, endpoint_ids: ['e-2'] })).body).toMatchObject({
      target_agent_ids: ['on-endpoint', 'on-fleet'],
      applied_count: 2,
    });
    expect((await bulk({ ...soc2, fleet_ids: ['nope'] })).body).toMatchObject({
      error: 'scope_target_not_found',
      message: 'fleet nope does not exist',
    });
    expect((await bulk({ ...soc2, endpoint_ids: ['nope'] })).status).toBe(400);
  });

  it('refuses an unknown pack, stray overrides and no target at all', async () => {
    expect((await bulk({ pack_ids: ['soc2-type2', 'nope'], agent_ids: ['x'] })).body.error).toBe(
      'unknown_pack',
    );
    expect(
      (await bulk({ pack_ids: ['soc2-type2'], agent_ids: ['x'], overrides_by_pack: { other: {} } })).status,
    ).toBe(400);
    expect((await bulk({ pack_ids: ['soc2-type2'] })).status).toBe(400);
    expect(await packsOf('x')).toEqual([]);
  });

  it('of a thousand agents is one change, and repeating it is none', async () => {
    const agent_ids = Array.from({ length: 1000 }, (_, index) => `many-${index}`);
    const records = await evidenceCount();
    const first = await bulk({ pack_ids: ['soc2-type2', 'sec-cftc-records'], agent_ids });
    expect(first.body.applied_count).toBe(2000);
    await bulk({ pack_ids: ['soc2-type2', 'sec-cftc-records'], agent_ids });
    expect(await evidenceCount()).toBe(records + 1);
    expect((await ask('many-777', 'delete_ledger')).matched_rule_ids).toEqual([
      'sec-cftc-records@1#records-are-kept',
    ]);
  });
});

describe('regimes', () => {
  const shell = () => ask('regime-bot', 'run_shell', { metadata: { caller_agent_id: 'planner' } });

  it('load their packs for every agent once the tenant names them, and unload them again', async () => {
    expect((await shell()).decision).toBe('ALLOW');
    await thoth.call('PUT', '/thoth/settings', { regulatory_regimes: ['fedramp', 'iso27001'] });
    expect((await shell()).matched_rule_ids).toEqual(['fedramp-moderate@1#delegated-privilege']);
    expect((await thoth.call('GET', '/thoth/packs/runtime-status')).body).toMatchObject({
      regimes: [
        { regime: 'fedramp', packs: ['fedramp-moderate'] },
        { regime: 'iso27001', packs: [] },
      ],
      loaded_for_everyone: [{ pack_id: 'fedramp-moderate', rule_version: 1 }],
    });
    await thoth.call('PUT', '/thoth/settings', {
      regulatory_regimes: [],
      compliance_profile: 'public_sector',
    });
    expect((await shell()).decision).toBe('BLOCK');
    await thoth.call('PUT', '/thoth/settings', { compliance_profile: 'privacy' });
    expect((await shell()).matched_rule_ids).toEqual(['soc2-type2@2#delegated-change']);
  });
});
