import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_MCP_CONTROL } from '../../../src/engine/mcp/control.js';
import type { TenantSnapshot } from '../../../src/engine/types.js';
import type { ServerContext } from '../../../src/server/context.js';
import { decisionEngine } from '../../../src/server/enforce/engine.js';
import { Enforcement } from '../../../src/server/enforce/enforcement.js';
import { removeExpired } from '../../../src/server/enforce/retention.js';
import { NO_PACKS } from '../../../src/engine/packs/pack.js';
import type { Principal } from '../../../src/server/http/port.js';
import { openStore } from '../../../src/server/store/index.js';
import { idSource } from '../../../src/server/tenants/ids.js';
import { createStreamHub } from '../../../src/server/tenants/stream-hub.js';
import { CALL } from './data-plane.js';

const SNAPSHOT: TenantSnapshot = {
  tenantId: 'acme',
  revision: 1,
  shadowPolicy: {},
  toolRiskOverrides: {},
  agentScopes: new Map(),
  quarantinedEndpoints: new Set(),
  intents: new Map(),
  bundles: [],
  regulatoryRegimes: [],
  mcpControl: NO_MCP_CONTROL,
  packs: NO_PACKS,
  overrides: new Map(),
};
const PRINCIPAL: Principal = {
  tenantId: 'acme',
  kind: 'admin',
  credentialId: 'ses_1',
  name: 'admin',
  permissions: new Set(['execute']),
  scope: { level: 'organization', targetId: null },
};

let folder: string;
let now: number;
let context: ServerContext;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-failures-'));
  now = Date.parse('2026-01-01T00:00:00Z');
  const clock = { now: () => now };
  const store = await openStore({ dataDir: folder, clock });
  context = {
    store,
    clock,
    streams: createStreamHub(),
    newId: idSource(() => now),
    signingKeys: () => store.keys(),
    visibility: { note: () => {}, flush: async () => {}, close: async () => {} },
    evaluator: { evaluate: async () => [], check: async () => [], close: async () => {} },
    tenants: {
      snapshot: (tenantId) => (tenantId === 'acme' ? SNAPSHOT : undefined),
      reload: async () => {},
      reloadQuarantine: () => Promise.resolve(),
      reloadBundle: async () => {},
      reloadGovernance: async () => {},
      exclusively: (_tenantId, change) => change(),
    },
    options: {
      allowPrivateDelivery: false,
      holdSeconds: 900,
      policyInputRetentionDays: 30,
      criticalApprovers: 1,
    },
  };
});
afterEach(async () => {
  await context.store.close();
  await rm(folder, { recursive: true, force: true });
});
const body = { ...CALL, tenant_id: 'acme' };

describe('when something breaks', () => {
  it('a fault of the engine is a recorded BLOCK, not an outage a client could fail open on', async () => {
    const broken = new Enforcement(context, {
      ...decisionEngine,
      decide: () => {
        throw new RangeError('input that trips the engine');
      },
    });
    const reply = await broken.decide(body, PRINCIPAL);
    expect(reply).toMatchObject({
      decision: 'BLOCK',
      decision_reason_code: 'policy_evaluation_failed',
      violation_id: expect.stringMatching(/^vio_/),
    });
    const kept = await context.store.read.selectFrom('evidence').select('decision').execute();
    expect(kept).toEqual([{ decision: 'BLOCK' }]);
  });

  it('a store that cannot commit means 503, no decision, and a session that did not move', async () => {
    const enforcement = new Enforcement(context);
    const outside = { ...body, tool_name: 'search_web', enforcement_mode: 'progressive' };
    const { commit } = context.store;
    context.store.commit = () => Promise.reject(new Error('disk full'));
    await expect(enforcement.decide(outside, PRINCIPAL)).rejects.toMatchObject({ status: 503 });
    context.store.commit = commit;
    // Still the first violation of the session: the refused call left no trace.
    expect(await enforcement.decide(outside, PRINCIPAL)).toMatchObject({ decision: 'STEP_UP' });
  });

  it('a tenant that is not known is refused', async () => {
    const stranger = { ...PRINCIPAL, tenantId: 'nobody' };
    await expect(
      new Enforcement(context).decide({ ...body, tenant_id: 'nobody' }, stranger),
    ).rejects.toMatchObject({ status: 403 });
  });
});

describe('retention', () => {
  beforeEach(async () => {
    const { store } = context;
    const tenant = store.build.insertInto('tenants').values({ tenant_id: 'acme', created_at: now }).compile();
    await store.commit({ tenantId: 'acme', evidence: [], statements: [tenant] });
  });

  it('removes policy inputs past their days and keeps the evidence', async () => {
    const enforcement = new Enforcement(context);
    await enforcement.decide(body, PRINCIPAL);
    now += 31 * 86_400_000;
    await enforcement.decide(body, PRINCIPAL);
    await removeExpired(context);
    const inputs = await context.store.read.selectFrom('policy_inputs').select('chain_index').execute();
    expect(inputs).toEqual([{ chain_index: 2 }]);
    const evidence = await context.store.read.selectFrom('evidence').select('chain_index').execute();
    expect(evidence).toHaveLength(2);
  });

  it('removes more than one batch, and not what lies between because a clock stood wrong', async () => {
    const { store } = context;
    const old = now - 40 * 86_400_000;
    const insert = (tenantId: string, count: number, fresh: number) =>
      store.commit({
        tenantId,
        evidence: [],
        statements: Array.from({ length: count }, (_, i) =>
          store.build
            .insertInto('policy_inputs')
            .values({
              tenant_id: tenantId,
              chain_index: i + 1,
              digest: '',
              input: '{}',
              recorded_at: i === fresh ? now : old,
            })
            .compile(),
        ),
      });
    await insert(PRINCIPAL.tenantId, 2500, 1200);
    await removeExpired(context);
    const left = await store.read.selectFrom('policy_inputs').select('chain_index').execute();
    expect(left).toEqual([{ chain_index: 1201 }]);
  });
});
