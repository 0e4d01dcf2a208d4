import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractIssues } from '../http/running-server.js';
import { startDataPlane, type DataPlane } from './data-plane.js';

// Expected outcomes are written by hand from section 7 of the SDK behaviour and docs/policy-input.md, and asked for
// over HTTP: the table is the specification as a client sees it.

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

type Mode = 'observe' | 'shadow' | 'step_up' | 'block' | 'progressive';
/** Decision, reason code, and the rule that made it; observe mode adds what would have been decided. */
type Outcome = readonly [decision: string, code: string, rule: RegExp | string, shadow?: string | undefined];

const MODES: readonly Mode[] = ['observe', 'shadow', 'step_up', 'block', 'progressive'];
const TOOL_OF_CLASS = {
  read: 'search_docs',
  write: 'write_file',
  delete: 'delete_user',
  execute: 'run_shell',
  payment: 'wire_transfer',
} as const;

let sessions = 0;
async function decide(mode: Mode, tool: string, members: Record<string, unknown>) {
  const reply = await thoth.enforce({
    enforcement_mode: mode,
    tool_name: tool,
    approved_scope: [tool],
    session_id: `table-${(sessions += 1)}`,
    tool_args: { limit: 1 },
    ...members,
  });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  expect(await contractIssues('checkEnforcement', reply)).toEqual([]);
  return reply.body;
}

async function expectOutcome(mode: Mode, tool: string, members: Record<string, unknown>, outcome: Outcome) {
  const body = await decide(mode, tool, members);
  const [decision, code, rule, shadow] = outcome;
  const told = { decision: body.decision, code: body.decision_reason_code, shadow: body.shadow_decision };
  expect(told, JSON.stringify(body)).toEqual({ decision, code, shadow });
  const rules: string[] = body.matched_rule_ids;
  if (typeof rule === 'string') expect(rules).toEqual([rule]);
  else expect(rules.join(' ')).toMatch(rule);
  // What each word must carry, or some SDK would misread it.
  const refused = decision !== 'ALLOW' && decision !== 'MODIFY';
  expect(body.violation_id !== undefined, 'a violation id with every refusal and nothing else').toBe(refused);
  expect(body.hold_token !== undefined).toBe(decision === 'STEP_UP');
  expect(body.authorization_decision).toBe(decision);
  return body;
}

describe('scope', () => {
  const classes = Object.entries(TOOL_OF_CLASS);

  it.each(MODES)('in scope and nothing against it: ALLOW (%s)', async (mode) => {
    for (const [actionClass, tool] of classes) {
      const shadow = mode === 'observe' || mode === 'shadow' ? 'ALLOW' : undefined;
      const body = await expectOutcome(mode, tool, {}, ['ALLOW', 'in_approved_scope', 'scope', shadow]);
      expect(body.action_classification).toBe(actionClass);
    }
  });

  // What each mode makes of a call out of scope, by the class of its action.
  const BLOCK = ['BLOCK'] as const;
  const HOLD = ['STEP_UP'] as const;
  const WOULD_BLOCK = ['ALLOW', 'BLOCK'] as const;
  const outOfScope: Record<Mode, Record<keyof typeof TOOL_OF_CLASS, readonly [string, string?]>> = {
    block: { read: BLOCK, write: BLOCK, delete: BLOCK, execute: BLOCK, payment: BLOCK },
    step_up: { read: HOLD, write: HOLD, delete: HOLD, execute: HOLD, payment: HOLD },
    progressive: { read: HOLD, write: BLOCK, delete: BLOCK, execute: BLOCK, payment: BLOCK },
    observe: {
      read: WOULD_BLOCK,
      write: WOULD_BLOCK,
      delete: WOULD_BLOCK,
      execute: WOULD_BLOCK,
      payment: WOULD_BLOCK,
    },
    shadow: {
      read: WOULD_BLOCK,
      write: WOULD_BLOCK,
      delete: WOULD_BLOCK,
      execute: WOULD_BLOCK,
      payment: WOULD_BLOCK,
    },
  };
  for (const mode of MODES) {
    it.each([
      ['out of scope', ['other_tool']],
      ['with an empty scope and none on the server', []],
      ['with a scope of permissions only', ['endpoint:checkin']],
      [
        'with the name in another case',
        ['SEARCH_DOCS', 'Write_File', 'DELETE_USER', 'Run_shell', 'WIRE_transfer'],
      ],
    ])(`%s (${mode})`, async (_case, scope) => {
      for (const actionClass of ['read', 'write', 'delete', 'execute', 'payment'] as const) {
        const [decision, shadow] = outOfScope[mode][actionClass];
        await expectOutcome(mode, TOOL_OF_CLASS[actionClass], { approved_scope: scope }, [
          decision,
          'tool_not_in_approved_scope',
          'scope',
          shadow,
        ]);
      }
    });
  }

  it('progressive: one step-up per session, then BLOCK, also for another harmless tool', async () => {
    const session_id = 'progressive-one';
    const ask = (tool: string) =>
      decide('progressive', tool, { session_id, approved_scope: ['other_tool'] }).then(
        (body) => body.decision,
      );
    expect([await ask('search_docs'), await ask('search_docs'), await ask('list_users')]).toEqual([
      'STEP_UP',
      'BLOCK',
      'BLOCK',
    ]);
    expect(await decide('progressive', 'other_tool', { session_id })).toMatchObject({ decision: 'ALLOW' });
  });

  it.each([
    ['a tool_call: prefix in the scope', 'search_docs', ['tool_call:search_docs']],
    ['a tool whose name looks like a permission', 'read:data', ['read:data']],
    ['a tool named like an entry that is a permission', 'endpoint:checkin', ['endpoint:checkin']],
  ])('accepts %s', async (_case, tool, scope) => {
    await expectOutcome('block', tool, { approved_scope: scope }, ['ALLOW', 'in_approved_scope', 'scope']);
  });

  it('takes the scope on the server when the caller names none, and only then', async () => {
    const set = await thoth.call('PUT', '/thoth/x/agents/known-bot/scope', {
      approved_scope: ['search_docs'],
    });
    expect(set.status).toBe(200);
    const known = { agent_id: 'known-bot' };
    const ask = (tool: string, scope: string[], outcome: Outcome) =>
      expectOutcome('block', tool, { ...known, approved_scope: scope }, outcome);
    const refused: Outcome = ['BLOCK', 'tool_not_in_approved_scope', 'scope'];
    await ask('search_docs', [], ['ALLOW', 'in_approved_scope', 'scope']);
    await ask('write_file', [], refused);
    await ask('search_docs', ['write_file'], refused);
    await ask('search_docs', ['endpoint:checkin'], ['ALLOW', 'in_approved_scope', 'scope']);
  });
});

describe('policy bundles', () => {
  const named = (tool: string) => `action == Thoth::Action::"tool_call:${tool}"`;
  const anything = 'principal, action, resource';
  const cedar = (effect: string, tool: string, more = '') =>
    `@id("r") ${more} ${effect} (principal, ${named(tool)}, resource);`;
  const marked = (word: string, tool: string, more = '') =>
    cedar('forbid', tool, `@thoth_effect("${word}") ${more}`);
  const rego = (rules: string) =>
    `package t\nimport rego.v1\nuses if { input.principal; input.action; input.context }\n${rules}\n`;
  const onTool = (tool: string) => `input.action == "tool_call:${tool}"`;

  /** Bundles, and what becomes of calls: mode, tool, in scope or not, outcome. */
  type Call = readonly [mode: Mode, tool: string, scope: 'in' | 'out', outcome: Outcome];
  const out: Outcome = ['BLOCK', 'tool_not_in_approved_scope', 'scope'];
  const free: Outcome = ['ALLOW', 'in_approved_scope', 'scope'];
  const permits: readonly Call[] = [
    ['block', 'search_docs', 'in', ['ALLOW', 'policy_allowed', /^[a-z-]+@1#/]],
    ['block', 'search_docs', 'out', ['ALLOW', 'policy_allowed', /^[a-z-]+@1#/]],
    ['block', 'write_file', 'in', ['BLOCK', 'policy_default_deny', /#default-deny$/]],
    ['step_up', 'write_file', 'in', ['BLOCK', 'policy_default_deny', /#default-deny$/]],
    ['step_up', 'write_file', 'out', ['BLOCK', 'policy_default_deny', /#default-deny$/]],
    ['observe', 'write_file', 'in', ['ALLOW', 'policy_default_deny', /#default-deny$/, 'BLOCK']],
  ];
  const forbids: readonly Call[] = [
    ['block', 'search_docs', 'in', ['BLOCK', 'policy_denied', /@1#/]],
    ['step_up', 'search_docs', 'out', ['BLOCK', 'policy_denied', /@1#/]],
    ['observe', 'search_docs', 'in', ['ALLOW', 'policy_denied', /@1#/, 'BLOCK']],
    ['block', 'write_file', 'in', free],
    ['block', 'write_file', 'out', out],
    ['step_up', 'write_file', 'out', ['STEP_UP', 'tool_not_in_approved_scope', 'scope']],
  ];
  const steps: readonly Call[] = [
    ['block', 'search_docs', 'in', ['STEP_UP', 'human_approval_required', /@1#/]],
    // It names the tool, so it stands in place of what the mode would do.
    ['block', 'search_docs', 'out', ['STEP_UP', 'human_approval_required', /@1#/]],
    ['observe', 'search_docs', 'in', ['ALLOW', 'human_approval_required', /@1#/, 'STEP_UP']],
    ['block', 'write_file', 'in', free],
    ['block', 'write_file', 'out', out],
  ];
  const defers: readonly Call[] = [
    ['block', 'search_docs', 'in', ['DEFER', 'policy_deferred', /@1#/]],
    ['block', 'write_file', 'in', free],
  ];
  const rewrites: readonly Call[] = [
    ['block', 'search_docs', 'in', ['MODIFY', 'arguments_modified', /@1#/]],
    ['observe', 'search_docs', 'in', ['ALLOW', 'arguments_modified', /@1#/, 'MODIFY']],
    ['block', 'write_file', 'in', free],
  ];
  const blanketPermit: readonly Call[] = [
    ['block', 'search_docs', 'in', ['ALLOW', 'policy_allowed', /@1#/]],
    // No rule turns a call out of scope into ALLOW unless it names the tool.
    ['block', 'search_docs', 'out', out],
    ['step_up', 'search_docs', 'out', ['STEP_UP', 'tool_not_in_approved_scope', 'scope']],
  ];
  const blanketForbid: readonly Call[] = [
    ['block', 'search_docs', 'in', ['BLOCK', 'policy_denied', /@1#/]],
    ['step_up', 'search_docs', 'out', ['BLOCK', 'policy_denied', /@1#/]],
  ];
  const blanketStepUp: readonly Call[] = [
    ['block', 'search_docs', 'in', ['STEP_UP', 'human_approval_required', /@1#/]],
    ['block', 'search_docs', 'out', out],
  ];
  const directive: readonly Call[] = [
    ['block', 'search_docs', 'in', ['BLOCK', 'policy_denied', /@1#/]],
    ['block', 'write_file', 'in', free],
  ];
  const never = cedar('forbid', 'unrelated');

  const TABLE: readonly (readonly [
    name: string,
    framework: 'CEDAR' | 'OPA',
    source: string,
    calls: readonly Call[],
  ])[] = [
    ['cedar-permit', 'CEDAR', cedar('permit', 'search_docs'), permits],
    ['rego-permit', 'OPA', rego(`default allow := false\nallow if ${onTool('search_docs')}`), permits],
    ['cedar-forbid', 'CEDAR', cedar('forbid', 'search_docs'), forbids],
    ['rego-deny', 'OPA', rego(`deny contains "no" if ${onTool('search_docs')}`), forbids],
    ['cedar-step-up', 'CEDAR', marked('STEP_UP', 'search_docs'), steps],
    ['rego-step-up', 'OPA', rego(`step_up contains "ask" if ${onTool('search_docs')}`), steps],
    ['cedar-defer', 'CEDAR', marked('DEFER', 'search_docs', '@timeout_seconds("30")'), defers],
    ['rego-defer', 'OPA', rego(`defer contains "later" if ${onTool('search_docs')}`), defers],
    [
      'cedar-modify',
      'CEDAR',
      marked('MODIFY', 'search_docs', String.raw`@set_args("{\"limit\": 9}")`),
      rewrites,
    ],
    [
      'rego-modify',
      'OPA',
      rego(`modify contains {"args": {"limit": 9}} if ${onTool('search_docs')}`),
      rewrites,
    ],
    ['cedar-permit-all', 'CEDAR', `permit (${anything});`, blanketPermit],
    ['rego-allow-all', 'OPA', rego('allow if true'), blanketPermit],
    ['cedar-forbid-all', 'CEDAR', `forbid (${anything});`, blanketForbid],
    ['rego-deny-all', 'OPA', rego('deny contains "never" if true'), blanketForbid],
    ['cedar-step-up-all', 'CEDAR', `@thoth_effect("STEP_UP") forbid (${anything});`, blanketStepUp],
    ['rego-step-up-all', 'OPA', rego('step_up contains "ask" if true'), blanketStepUp],
    [
      'cedar-directive',
      'CEDAR',
      `// thoth_rule effect=BLOCK action_prefix=tool_call:search reason=No_search\n${never}`,
      directive,
    ],
    [
      'rego-directive',
      'OPA',
      `# thoth_rule effect=BLOCK action_prefix=tool_call:search reason=No_search\n${rego('deny contains "x" if false')}`,
      directive,
    ],
  ];

  async function push(agent: string, name: string, framework: string, source: string, more: object = {}) {
    const reply = await thoth.call('POST', '/thoth/policy-bundles', {
      name,
      framework,
      raw_policy: source,
      assignments: [agent],
      ...more,
    });
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    return reply.body;
  }

  it.each(TABLE)('%s', async (name, framework, source, calls) => {
    await push(name, name, framework, source);
    for (const [mode, tool, scope, outcome] of calls) {
      const approved_scope = scope === 'in' ? [tool] : ['other_tool'];
      const body = await expectOutcome(mode, tool, { agent_id: name, approved_scope }, outcome);
      if (body.decision === 'MODIFY') expect(body.modified_tool_args).toEqual({ limit: 9 });
      if (name === 'cedar-defer' && body.decision === 'DEFER') expect(body.defer_timeout_seconds).toBe(30);
    }
  });

  // Bundles combine strictest first: BLOCK, DEFER, STEP_UP, MODIFY, ALLOW.
  const RULE = {
    ALLOW: cedar('permit', 'search_docs'),
    MODIFY: marked('MODIFY', 'search_docs', String.raw`@set_args("{\"limit\": 9}")`),
    STEP_UP: marked('STEP_UP', 'search_docs'),
    DEFER: marked('DEFER', 'search_docs'),
    BLOCK: cedar('forbid', 'search_docs'),
  } as const;
  const CODE = {
    ALLOW: 'policy_allowed',
    MODIFY: 'arguments_modified',
    STEP_UP: 'human_approval_required',
    DEFER: 'policy_deferred',
    BLOCK: 'policy_denied',
  } as const;
  const ORDER = ['ALLOW', 'MODIFY', 'STEP_UP', 'DEFER', 'BLOCK'] as const;
  const PAIRS = ORDER.flatMap((weaker, index) =>
    ORDER.slice(index + 1).map((stricter) => [weaker, stricter] as const),
  );

  it.each(PAIRS)('%s and %s of two bundles make the stricter', async (weaker, stricter) => {
    const agent = `${weaker}-${stricter}`.toLowerCase().replaceAll('_', '-');
    await push(agent, `${agent}-a`, 'CEDAR', RULE[weaker]);
    await push(agent, `${agent}-b`, 'CEDAR', RULE[stricter]);
    const body = await expectOutcome('block', 'search_docs', { agent_id: agent }, [
      stricter,
      CODE[stricter],
      new RegExp(`^${agent}-b@1#r$`),
    ]);
    // A held call that is also rewritten keeps the rewrite for its approval.
    if (weaker === 'MODIFY' && stricter === 'STEP_UP') expect(body.modified_tool_args).toEqual({ limit: 9 });
  });

  it('a rewrite that does not mirror the call blocks it', async () => {
    await push('mirror', 'mirror', 'CEDAR', RULE.MODIFY);
    await expectOutcome('block', 'search_docs', { agent_id: 'mirror', tool_args: undefined }, [
      'BLOCK',
      'modify_not_applicable',
      /^mirror@1/,
    ]);
  });

  it('observed, staged, paused and foreign bundles never bind', async () => {
    const ask = (agent: string, outcome: Outcome) =>
      expectOutcome('block', 'search_docs', { agent_id: agent }, outcome);
    await push('watched', 'watched', 'CEDAR', RULE.BLOCK, { enforcement_mode: 'observe' });
    await ask('watched', free);
    await push('broken', 'broken', 'CEDAR', 'forbid(', { enforcement_mode: 'observe' });
    await ask('broken', free);
    await push('staged', 'staged', 'CEDAR', RULE.STEP_UP);
    await push('staged', 'staged', 'CEDAR', RULE.BLOCK, { status: 'staged', enforcement_mode: 'observe' });
    await ask('staged', ['STEP_UP', 'human_approval_required', 'staged@1#r']);
    await push('paused', 'paused', 'CEDAR', RULE.BLOCK);
    await push('paused', 'paused', 'CEDAR', RULE.BLOCK, { status: 'paused' });
    await ask('paused', free);
    await push('somebody', 'elsewhere', 'CEDAR', RULE.BLOCK);
    await ask('nobody-else', free);
  });

  it('a bundle that fails at run time blocks what it governs, and says so', async () => {
    // Without its guard the condition fails to evaluate on a call that lacks the member.
    await push(
      'unguarded',
      'unguarded',
      'CEDAR',
      `@id("u") forbid (${anything}) when { context.args.amount > 100 };`,
    );
    const body = await expectOutcome(
      'block',
      'search_docs',
      { agent_id: 'unguarded', tool_args: { other: 1 } },
      ['BLOCK', 'policy_evaluation_failed', /^unguarded@1/],
    );
    expect(body.reason).toContain('unguarded@1');
    await push('bad-value', 'bad-value', 'OPA', rego('deny := 7'));
    await expectOutcome('block', 'search_docs', { agent_id: 'bad-value' }, [
      'BLOCK',
      'policy_evaluation_failed',
      /^bad-value@1/,
    ]);
  });
});

describe('what the tenant declares', () => {
  beforeAll(async () => {
    const reply = await thoth.call('PUT', '/thoth/settings', {
      session_intents: { reporting: ['search_docs', 'tool_call:list_users'] },
      shadow_policy: { low: 'allow', medium: 'allow', high: 'step_up', critical: 'block' },
      tool_risk_overrides: { harmless_delete: 'low', innocent: 'critical', 'tool_call:odd': 'high' },
    });
    expect(reply.status).toBe(200);
  });

  const outside: Outcome = ['STEP_UP', 'tool_outside_session_intent', 'intent'];
  it.each<readonly [Mode, string, string | undefined, 'in' | 'out', Outcome]>([
    ['block', 'search_docs', 'reporting', 'in', ['ALLOW', 'in_approved_scope', 'scope']],
    ['block', 'list_users', 'reporting', 'in', ['ALLOW', 'in_approved_scope', 'scope']],
    ['block', 'write_file', 'reporting', 'in', outside],
    ['step_up', 'write_file', 'reporting', 'in', outside],
    ['progressive', 'write_file', 'reporting', 'in', outside],
    [
      'observe',
      'write_file',
      'reporting',
      'in',
      ['ALLOW', 'tool_outside_session_intent', 'intent', 'STEP_UP'],
    ],
    ['block', 'write_file', 'reporting', 'out', ['BLOCK', 'tool_not_in_approved_scope', 'scope']],
    ['block', 'write_file', 'never declared', 'in', ['ALLOW', 'in_approved_scope', 'scope']],
    ['block', 'write_file', '__proto__', 'in', ['ALLOW', 'in_approved_scope', 'scope']],
    ['block', 'write_file', undefined, 'in', ['ALLOW', 'in_approved_scope', 'scope']],
  ])('%s: %s under the intent %s, %s scope', async (mode, tool, intent, scope, outcome) => {
    await expectOutcome(
      mode,
      tool,
      {
        ...(intent === undefined ? {} : { session_intent: intent }),
        approved_scope: scope === 'in' ? [tool] : ['other_tool'],
      },
      outcome,
    );
  });

  it.each<readonly [Mode, string, 'in' | 'out', string, Outcome]>([
    ['block', 'search_docs', 'in', 'low', ['ALLOW', 'in_approved_scope', 'scope']],
    ['block', 'write_file', 'in', 'medium', ['ALLOW', 'in_approved_scope', 'scope']],
    ['block', 'delete_user', 'in', 'high', ['STEP_UP', 'risk_tier_step_up', 'risk-tier']],
    ['block', 'run_shell', 'in', 'high', ['STEP_UP', 'risk_tier_step_up', 'risk-tier']],
    ['step_up', 'wire_transfer', 'in', 'critical', ['BLOCK', 'risk_tier_blocked', 'risk-tier']],
    ['observe', 'wire_transfer', 'in', 'critical', ['ALLOW', 'risk_tier_blocked', 'risk-tier', 'BLOCK']],
    ['block', 'harmless_delete', 'in', 'low', ['ALLOW', 'in_approved_scope', 'scope']],
    ['block', 'innocent', 'in', 'critical', ['BLOCK', 'risk_tier_blocked', 'risk-tier']],
    ['block', 'odd', 'in', 'high', ['STEP_UP', 'risk_tier_step_up', 'risk-tier']],
    // The stricter of the two, whichever made it.
    ['step_up', 'innocent', 'out', 'critical', ['BLOCK', 'risk_tier_blocked', 'risk-tier']],
    ['block', 'delete_user', 'out', 'high', ['BLOCK', 'tool_not_in_approved_scope', 'scope']],
  ])('%s: %s, %s scope, of the %s tier', async (mode, tool, scope, _tier, outcome) => {
    await expectOutcome(mode, tool, { approved_scope: scope === 'in' ? [tool] : ['other_tool'] }, outcome);
  });
});
