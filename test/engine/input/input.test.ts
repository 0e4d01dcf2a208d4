import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CEDAR_SCHEMA } from '../../../src/engine/cedar/schema.js';
import { buildPolicyInput, isSecretKey, redactInput } from '../../../src/engine/index.js';
import { INPUT_SCHEMA } from '../../../src/engine/rego/input-schema.js';
import { NO_FACTS, request } from '../fixtures.js';

describe('the input document', () => {
  test('is complete, with neutral values for what is absent', () => {
    expect(buildPolicyInput(request(), NO_FACTS)).toEqual({
      principal: {
        id: 'support-bot',
        type: 'agent',
        tenant_id: 'acme',
        user_id: 'system',
        fleet_id: '',
        endpoint_id: '',
        identity: {},
      },
      action: 'tool_call:search_docs',
      tool: {
        name: 'search_docs',
        args: { query: 'retention' },
        args_truncated: false,
        action_class: 'read',
      },
      context: {
        purpose: '',
        sensitivity_label: '',
        sensitivity_level: 0,
        task_id: '',
        environment: 'prod',
        enforcement_mode: 'block',
        session_intent: '',
        time: '2026-03-02T10:20:30.000Z',
        hour_utc: 10,
        weekday_utc: 'monday',
        task: {},
        policy: {},
      },
      session: { id: 's-1', requests: 0, violations: 0, calls_of_this_tool: 0, tool_calls: [] },
      moses_metrics: { behavioral_score: 0 },
    });
  });

  test('has exactly the members its schema declares', () => {
    const members = (value: unknown): unknown =>
      typeof value === 'object' &&
      value !== null &&
      'properties' in value &&
      typeof value.properties === 'object'
        ? Object.fromEntries(
            Object.entries(value.properties ?? {}).map(([key, member]) => [key, members(member)]),
          )
        : true;
    const shape = (value: unknown, schema: unknown): unknown =>
      typeof schema === 'object' && schema !== null && typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value).map(([key, member]) => [key, shape(member, Reflect.get(schema, key))]),
          )
        : true;
    const declared = members(INPUT_SCHEMA);
    expect(shape(buildPolicyInput(request()), declared)).toEqual(declared);
  });

  test('an agent can raise its behavioural score, never lower it', () => {
    const score = (behavioral_score: unknown, violations: number): number =>
      buildPolicyInput(request({ metadata: { behavioral_score } }), { ...NO_FACTS, violations }).moses_metrics
        .behavioral_score;
    expect([score(0, 2), score(0.9, 2), score(-5, 0), score('1', 0), score(99, 0)]).toEqual([
      0.4, 0.9, 0, 0, 1,
    ]);
  });

  test('the published Cedar schema is the one in use', () => {
    expect(readFileSync('docs/policy-schema.cedarschema', 'utf8')).toBe(CEDAR_SCHEMA);
  });
});

describe('redaction', () => {
  test.each([
    'password',
    'API_Key',
    'api-key',
    'Authorization',
    'set-cookie',
    'clientSecret',
    'access_token',
    'aws_credentials',
    'private key',
  ])('%s is secret', (key) => expect(isSecretKey(key)).toBe(true));
  test.each(['max_tokens', 'author', 'path', 'pinned', 'compass', 'monkey', 'author_id'])(
    '%s is not',
    (key) => expect(isSecretKey(key)).toBe(false),
  );

  test('nothing below a secret key survives, everything else does', () => {
    const canary = 'c4n4ry';
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom('token', 'Password', 'cookie'),
        (rest, key) => {
          const clean = JSON.stringify(rest).includes(canary) ? null : rest;
          const redacted = redactInput({ rest: [clean], deep: [{ [key]: { inner: [canary] } }] });
          expect(JSON.stringify(redacted)).not.toContain(canary);
        },
      ),
    );
    expect(redactInput({ a: [1, { b: 'x' }], token: 't' })).toEqual({
      a: [1, { b: 'x' }],
      token: '[redacted]',
    });
  });
});
