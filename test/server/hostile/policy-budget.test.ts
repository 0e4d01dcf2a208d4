import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

const push = (name: string, framework: string, raw_policy: string) =>
  thoth.call('POST', '/thoth/policy-bundles', { name, framework, raw_policy, assignments: [name] });

const REGO_LOOP = `package loop
import rego.v1
deny contains "found" if {
  input.principal; input.action; input.context
  some a in numbers.range(1, 4000)
  some b in numbers.range(1, 4000)
  a * b == 0
}`;

it('a policy that computes for ever blocks its own call within its budget, says so, and delays nobody else', async () => {
  expect((await push('loop', 'OPA', REGO_LOOP)).status).toBe(201);
  const slow = thoth.enforce({ agent_id: 'loop', session_id: 'loop' });
  const others = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      thoth.enforce({ agent_id: 'free', session_id: `free-${index}` }),
    ),
  );
  expect(others.map((reply) => reply.body.decision)).toEqual(Array.from({ length: 20 }, () => 'ALLOW'));
  const refused = await slow;
  expect(refused.body).toMatchObject({
    decision: 'BLOCK',
    decision_reason_code: 'policy_evaluation_failed',
    reason: expect.stringContaining('loop@1'),
  });
});

it('a source that is huge is refused with its limit, a set that is huge is decided', async () => {
  const big = await push('big', 'CEDAR', `// ${'x'.repeat(1_100_000)}\npermit(principal, action, resource);`);
  expect([big.status, big.body.error]).toEqual([400, 'invalid_request']);
  expect(big.body.message).toContain('1048576');
  const huge = await push('beyond', 'CEDAR', 'x'.repeat(6_000_000));
  expect(huge.status).toBe(413);
  const names = Array.from({ length: 20_000 }, (_, index) => `"t${index}"`).join(',');
  const set = await push(
    'set',
    'CEDAR',
    `@id("s") forbid(principal, action, resource) when { [${names}].contains(context.environment) };`,
  );
  expect(set.status, JSON.stringify(set.body)).toBe(201);
  expect((await thoth.enforce({ agent_id: 'set', session_id: 'set' })).status).toBe(200);
});

it('a policy that does not parse is refused with line and column', async () => {
  for (const [framework, source, line] of [
    ['CEDAR', 'permit(principal, action, resource);\nforbid(principal action, resource);', 2],
    ['OPA', 'package p\nimport rego.v1\ndeny contains "x" if {\n  input.action ==\n}', 4],
  ] as const) {
    const reply = await push('broken', framework, source);
    expect([reply.status, reply.body.error]).toEqual([400, 'policy_validation_failed']);
    const [first] = reply.body.details.diagnostics;
    expect(first.column).toBeGreaterThan(0);
    expect(Math.abs(first.line - line)).toBeLessThanOrEqual(1);
    expect(reply.body.message).toContain(`line ${first.line}, column ${first.column}`);
  }
});

it.each([
  ['half a surrogate pair in the arguments', { tool_args: { q: '\ud800' } }, 400],
  ['half a surrogate pair in a key', { tool_args: { 'k\udc00': 1 } }, 400],
  ['half a surrogate pair in the caller', { delegation_context: { caller_agent_id: '\ud800' } }, 400],
  ['control characters', { tool_name: 'rm\u001b[2J\u0000' }, 200],
  ['bidirectional marks', { tool_name: 'evil\u202Egnp.exe' }, 200],
  [
    'members of the prototype',
    { tool_name: '__proto__', tool_args: JSON.parse('{"__proto__":{"x":1}}') },
    200,
  ],
  ['a very long tool name', { tool_name: 'x'.repeat(5_000) }, 400],
])('%s is decided or refused, never a fault', async (_case, members, status) => {
  const reply = await thoth.enforce({ session_id: 'odd', agent_id: 'set', ...members });
  expect([reply.status, JSON.stringify(reply.body)]).toEqual([status, expect.any(String)]);
  if (status === 200) expect(reply.body.decision).toBe('BLOCK');
});

it('an event with half a surrogate pair is refused alone', async () => {
  const event = (event_id: string, content: string) => ({
    event_id,
    tenant_id: thoth.server.tenantId,
    session_id: 'odd-events',
    user_id: 'u',
    source_type: 'agent_tool_call',
    event_type: 'TOOL_CALL_PRE',
    content,
  });
  const reply = await fetch(`${thoth.server.url}/v1/events/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${thoth.adminToken}`, prefer: 'return=representation' },
    body: JSON.stringify([event('good', 'fine'), event('bad', 'broken \ud800')]),
  });
  expect(reply.status).toBe(202);
  expect(await reply.json()).toMatchObject({ accepted: 1, rejected: [{ index: 1 }] });
});
