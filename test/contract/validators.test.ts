import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  describeIssues,
  loadSchemas,
  querySchema,
  requestSchema,
  responseSchema,
} from '../../src/contract/validators.js';

async function problems(
  schema:
    | { safeParse(value: unknown): { success: boolean; error?: Parameters<typeof describeIssues>[0] } }
    | undefined,
  value: unknown,
) {
  const result = schema?.safeParse(value);
  return result?.error === undefined ? [] : describeIssues(result.error);
}

const bundle = { name: 'guard', framework: 'CEDAR' };

describe('rules that zod has no word for', () => {
  test('a bundle has exactly one source', async () => {
    const schema = await requestSchema('createPolicyBundle');
    expect(
      await problems(schema, { ...bundle, raw_policy: 'permit (principal, action, resource);' }),
    ).toEqual([]);
    for (const wrong of [bundle, { ...bundle, raw_policy: 'x', s3_uri: 's3://a/b' }]) {
      expect(await problems(schema, wrong)).toEqual([
        { path: '', message: 'exactly one of raw_policy, source_uri, s3_uri must be given' },
      ]);
    }
  });

  test('a key is for the organization, or has a target', async () => {
    const schema = await requestSchema('createApiKey');
    const permissions = ['read'];
    expect(await problems(schema, { scope_level: 'organization', permissions })).toEqual([]);
    expect(await problems(schema, { scope_level: 'fleet', scope_target_id: 'f1', permissions })).toEqual([]);
    expect(await problems(schema, { scope_level: 'fleet', permissions })).not.toEqual([]);
  });

  test('a decision that needs something carries it', async () => {
    const schema = await responseSchema('checkEnforcement', 200);
    expect(await problems(schema, { decision: 'STEP_UP', hold_token: 'h' })).toEqual([]);
    expect(await problems(schema, { decision: 'STEP_UP' })).toEqual([
      { path: 'hold_token', message: expect.any(String) },
    ]);
    expect(await problems(schema, { decision: 'STEP_UP', hold_token: '' })).toHaveLength(1);
    expect(await problems(schema, { decision: 'MODIFY', modified_tool_args: {} })).toHaveLength(1);
    expect(await problems(schema, { decision: 'MODIFY', modified_tool_args: { a: 1 } })).toEqual([]);
    expect(await problems(schema, { decision: 'ALLOW' })).toEqual([]);
  });

  test('a hold is pending, resolved or a bare decision', async () => {
    const schema = await responseSchema('getHold', 200);
    expect(await problems(schema, { resolved: false, decision: 'STEP_UP', resolution: null })).toEqual([]);
    expect(await problems(schema, { resolved: true, decision: 'ALLOW', resolution: 'ALLOW' })).toEqual([]);
    expect(await problems(schema, { decision: 'BLOCK' })).toEqual([]);
    expect(await problems(schema, { resolved: true, decision: 'MODIFY', resolution: 'MODIFY' })).not.toEqual(
      [],
    );
  });

  test('both event body shapes and both key styles are taken', async () => {
    const schema = await requestSchema('ingestEvents');
    const snake = {
      tenant_id: 't',
      session_id: 's',
      user_id: 'u',
      source_type: 'agent_tool_call',
      event_type: 'TOOL_CALL_PRE',
    };
    const camel = {
      tenantId: 't',
      sessionId: 's',
      userId: 'u',
      sourceType: 'agent_tool_call',
      eventType: 'TOOL_CALL_PRE',
    };
    for (const body of [[snake], [camel], { events: [snake, camel] }])
      expect(await problems(schema, body)).toEqual([]);
    for (const body of [[{}], {}, 'x', null]) expect(await problems(schema, body)).not.toEqual([]);
  });
});

describe('queries arrive as text', () => {
  test('numbers and booleans are decoded, typed values stay', async () => {
    const schema = await querySchema('streamFeed');
    expect(schema.safeParse({ cursor: '12', follow: 'false' })).toMatchObject({
      data: { cursor: '12', follow: false },
    });
    const chain = await querySchema('getEvidenceChain');
    expect(chain.safeParse({ limit: '5' })).toMatchObject({ data: { limit: 5 } });
    expect(chain.safeParse({ limit: 5 })).toMatchObject({ data: { limit: 5 } });
  });

  test('what is out of bounds or no number is refused with the place', async () => {
    const chain = await querySchema('getEvidenceChain');
    expect(await problems(chain, { limit: '501' })).toEqual([
      { path: 'limit', message: 'must be at most 500' },
    ]);
    for (const limit of ['', 'x', '1e2', '0x10', ' 5', '5.5'])
      expect(await problems(chain, { limit }), limit).toHaveLength(1);
    expect(await problems(await querySchema('streamFeed'), { cursor: '-1' })).toHaveLength(1);
  });
});

test('times are RFC 3339 with slack, and real', async () => {
  const schema = await responseSchema('getServerInfo', 200);
  const info = (started_at: string) =>
    problems(schema, { product: 'x', version: '1', started_at, features: [] });
  for (const good of ['2026-03-02T09:00:00Z', '2026-03-02T09:00:00.123456789+02:00', '2026-03-02T09:00Z'])
    expect(await info(good), good).toEqual([]);
  for (const bad of ['2026-13-02T09:00:00Z', 'yesterday', '2026-03-02', ''])
    expect(await info(bad), bad).toHaveLength(1);
});

test('errors of every declared failure share one shape', async () => {
  const flat = await responseSchema('getTenantSettings', 503);
  expect(await problems(flat, { error: 'internal_error', message: 'x' })).toEqual([]);
  expect(await problems(flat, { error: { code: 'x' }, message: 'x' })).toEqual([
    { path: 'error', message: 'must be string' },
  ]);
});

test('issues never quote the value', async () => {
  const schema = await requestSchema('createTenant');
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 8 }), async (secret) => {
      const found = await problems(schema, { tenant_id: `!${secret}` });
      expect(JSON.stringify(found)).not.toContain(JSON.stringify(secret).slice(1, -1));
    }),
  );
});

test('validators are built once', async () => {
  const schemas = await loadSchemas('getApproval');
  expect(schemas.responses[200]?.()).toBe(schemas.responses[200]?.());
});
