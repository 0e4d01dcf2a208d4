import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationEntry } from '../../src/contract/index.js';
import { loadSchemas } from '../../src/contract/validators.js';
import { createGovApi, type GovApi } from '../../src/govapi/index.js';
import { flush, instrument } from '../../src/sdk/index.js';
import { loadContractChecks } from '../../src/server/http/contract-checks.js';
import { PATIENT } from '../sdk/governed-tool.js';
import { startDataPlane, type DataPlane } from '../server/enforce/data-plane.js';
import { requestBreaches } from '../support/contract-watch.js';
import { watchWire, type WireWatch } from '../support/wire-watch.js';

// The server of the tests holds its own replies against the contract (THOTHCTL_VALIDATE_RESPONSES); the scripted
// enforcer of the SDK tests does so with requests. Here both of our clients meet the real server, and a relay between
// them looks at what they send.

let thoth: DataPlane;
let wire: WireWatch;
let api: GovApi;

beforeAll(async () => {
  thoth = await startDataPlane();
  wire = await watchWire(() => thoth.server.url);
  api = createGovApi({
    tenantId: thoth.server.tenantId,
    baseUrl: wire.url,
    credential: { kind: 'bearer', secret: thoth.adminToken },
    version: '0.0.0',
    env: {},
  });
});

afterAll(async () => {
  await api.close();
  wire.close();
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

async function expectConforming(): Promise<void> {
  expect(await wire.breaches()).toEqual([]);
}

describe('what our clients put on the wire', () => {
  it('conforms when the SDK decides, waits for a hold and reports', async () => {
    const tool = { name: 'lookup', run: async (input: { query: string }) => `found ${input.query}` };
    instrument(
      { tools: [tool] },
      {
        agentId: 'wire-bot',
        tenantId: thoth.server.tenantId,
        approvedScope: ['something_else'],
        enforcement: 'step_up',
        apiUrl: wire.url,
        apiKey: await thoth.key(['execute', 'write'], undefined, 'wire agent'),
        stepUpPollIntervalMs: 50,
        logLevel: 'error',
        ...PATIENT,
      },
    );
    const answer = tool.run({ query: 'x' });
    const pending = async () =>
      (await api.call('listApprovals', { query: { status: 'pending' } })).data ?? [];
    await expect.poll(pending).toHaveLength(1);
    const open = await pending();
    await api.call('resolveApproval', {
      path: { approvalId: open[0]?.approval_id ?? '' },
      body: { decision: 'approve', reason: 'wire test' },
    });
    expect(await answer).toBe('found x');
    await flush();
    const paths = wire.sent.map(({ method, path }) => `${method} ${path.replace(/hold\/.*/, 'hold/…')}`);
    for (const seen of ['POST /v1/enforce', 'GET /v1/enforce/hold/…', 'POST /v1/events/batch'])
      expect(paths).toContain(seen);
    await expectConforming();
  });

  it('conforms when the control-plane client reads, writes and follows', async () => {
    await api.call('updateTenantSettings', { body: { compliance_profile: 'soc2' } });
    const key = await api.call('createApiKey', {
      body: { scope_level: 'organization', permissions: ['read'] },
    });
    await api.call('authorizeApiKey', {
      path: { keyId: key.key_id ?? '' },
      body: { api_key: key.api_key ?? '', permission: 'read', resource_type: 'organization' },
    });
    await api.call('revokeApiKey', { path: { keyId: key.key_id ?? '' } });
    await api.call('createPolicyBundle', {
      body: { name: 'wire', framework: 'CEDAR', raw_policy: 'permit(principal, action, resource);' },
    });
    await api.call('setAgentScope', {
      path: { agentId: 'wire bot/1' },
      body: { approved_scope: ['lookup'] },
    });
    await api.call('getEvidenceChain', { query: { from_sequence: 0, limit: 5 } });
    await api.call('verifyEvidenceChain', {});
    await expect(api.call('getApproval', { path: { approvalId: 'none' } })).rejects.toMatchObject({
      exit: 'notFound',
    });
    await expectConforming();
  });

  it('and every row of a stream is one of the contract', async () => {
    await thoth.enforce({ session_id: 'wire', tool_name: 'rm_rf' });
    for (const id of ['streamViolations', 'streamFeed', 'streamApprovals'] as const) {
      const row = (await loadSchemas(id)).row?.();
      const abort = new AbortController();
      let rows = 0;
      for await (const item of api.stream(id, { signal: abort.signal })) {
        expect(row?.safeParse(JSON.parse(JSON.stringify(item.row))).success, JSON.stringify(item.row)).toBe(
          true,
        );
        rows += 1;
        abort.abort();
      }
      expect(rows, id).toBeGreaterThan(0);
    }
    await expectConforming();
  });
});

describe('the guard itself', () => {
  it('sees a request that breaks the contract', async () => {
    const at = (method: string, path: string, body?: unknown) => requestBreaches({ method, path, body });
    expect(await at('GET', '/acme/thoth/nonsense')).toHaveLength(1);
    expect(await at('GET', '/acme/thoth/settings?page=1')).toEqual([
      'getTenantSettings: unknown query parameter page',
    ]);
    expect(await at('POST', '/v1/enforce', { tool_name: 7 })).not.toEqual([]);
    expect(await at('POST', '/v1/enforce')).not.toEqual([]);
  });

  it('sees a reply that breaks it: wrong members, a status nobody declared, errors of the wrong plane', async () => {
    const endpoint = {
      operationId: 'getTenantSettings',
      dataPlane: false,
      method: 'GET',
      hasBody: false,
      bodyRequired: false,
      hasQuery: false,
      route: { operationId: 'getTenantSettings', permission: 'read', handle: async () => ({ status: 200 }) },
    } as const;
    const endpoints = [endpoint, { operationId: 'checkEnforcement', dataPlane: true }] as const;
    const checks = await loadContractChecks(endpoints, { validateResponses: true });
    expect(operationEntry('getTenantSettings').success).toEqual([200]);
    expect(() => checks.reply(endpoint, { status: 200, body: { model_router: 'none' } })).toThrow(
      'breaks the contract',
    );
    expect(() => checks.reply(endpoint, { status: 202 })).toThrow('a status the contract does not have');
    const flat = { error: 'not_found', message: 'x' };
    const nested = { error: { code: 'NOT_FOUND', message: 'x' }, message: 'x' };
    expect([checks.error(false, flat), checks.error(true, nested)]).toEqual([undefined, undefined]);
    expect(checks.error(false, nested)?.code).toBe('contract_violation');
    expect(checks.error(true, flat)?.code).toBe('contract_violation');
    const off = await loadContractChecks(endpoints, { validateResponses: false });
    expect(off.error(false, nested)).toBeUndefined();
  });
});
