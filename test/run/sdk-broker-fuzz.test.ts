import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SdkBroker } from '../../src/run/sdk-broker/broker.js';
import { flush } from '../../src/sdk/index.js';
import { createSession } from '../../src/sdk/instrument.js';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { fuzzRuns } from './fuzz/enforcement.js';
import { rawExchange, type RawResponse } from './fuzz/raw-exchange.js';
import { dice } from './fuzz/wires.js';

// What the child of a run may send to the broker's socket: right and wrong keys, paths, frames and bodies. Only what is a
// check of this run reaches the enforcer, always as the run; whatever that answers, no SDK may misread the reply.

let enforcer: ScriptedEnforcer;
let broker: SdkBroker;
let port = 0;
let answer: unknown;
beforeAll(async () => {
  enforcer = await ScriptedEnforcer.start();
  enforcer.onEnforce = () => ({ body: answer });
  const session = createSession({
    agentId: 'run-agent',
    tenantId: 'acme',
    userId: 'ann',
    sessionId: 'run-session',
    approvedScope: ['search', 'read'],
    apiUrl: enforcer.url,
    apiKey: 'real-key',
    logger: {},
  });
  broker = await SdkBroker.start(session);
  port = Number(new URL(broker.url).port);
});
afterAll(async () => {
  await flush();
  await broker.stop();
  // What a child says that is against the contract is for the enforcer to refuse.
  enforcer.requests.length = 0;
  await enforcer.stop();
});

const word = fc.constantFrom(
  'ALLOW',
  'BLOCK',
  'MODIFY',
  'STEP_UP',
  'DEFER',
  'allow',
  'permit',
  'deny',
  '',
  7,
  null,
);
const decision = fc.oneof(
  { weight: 1, arbitrary: fc.jsonValue() },
  {
    weight: 6,
    arbitrary: fc.record(
      {
        decision: word,
        authorization_decision: word,
        authorizationDecision: word,
        reason: fc.oneof(fc.string(), fc.jsonValue()),
        hold_token: fc.constantFrom('h1', ' ', 7, null),
        modified_tool_args: fc.oneof(
          fc.constant({}),
          fc.dictionary(fc.string(), fc.jsonValue()),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    ),
  },
);

const scope = fc.array(fc.constantFrom('search', 'read', 'delete', 7), { maxLength: 3 });
const check = fc
  .tuple(
    fc.oneof(fc.constantFrom('search', 'delete', ' ', '(nothing approved)', 7, null), fc.string()),
    fc.dictionary(
      fc.constantFrom(
        'agent_id',
        'tenant_id',
        'user_id',
        'session_id',
        'enforcement_mode',
        'identity_binding',
      ),
      fc.oneof(fc.constantFrom('forged', 'observe'), fc.jsonValue()),
    ),
    fc.option(fc.oneof(scope, fc.jsonValue()), { nil: undefined }),
    fc.jsonValue(),
  )
  .map(([tool_name, forged, approved_scope, tool_args]) =>
    JSON.stringify({ ...forged, tool_name, approved_scope, tool_args }),
  );
const body = fc
  .tuple(
    fc.oneof({ weight: 5, arbitrary: check }, { weight: 1, arbitrary: fc.json() }),
    fc.option(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { freq: 4 }),
  )
  .map(([text, damage]) => {
    const bytes = Buffer.from(text);
    if (damage !== null && bytes.length > 0) bytes[damage[0] % bytes.length] = damage[1];
    return bytes;
  });

const right = <T>(value: T, ...wrong: readonly T[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });
const request = fc.record({
  body,
  method: right('POST', 'PUT', 'GET', 'DELETE', 'post'),
  path: right(
    '/v1/enforce',
    '/v1/enforce/',
    '//v1/enforce',
    '/v1/enforce?x',
    '/V1/enforce',
    '/v1/x/../enforce',
  ),
  key: right('right', 'none', 'wrong', 'two', 'empty'),
  host: right('127.0.0.1', 'localhost', 'attacker.example', '[::1]'),
  frame: right('length', 'chunked', 'twice', 'both', 'short'),
  origin: right('', 'Origin: null\r\n'),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function rawBytes({ body: text, method, path, key, host, frame, origin }: Request): Buffer {
  const keys: Record<string, string> = {
    right: `Authorization: Bearer ${broker.apiKey}\r\n`,
    none: '',
    wrong: 'Authorization: Bearer real-key\r\n',
    two: `Authorization: Bearer ${broker.apiKey}\r\nX-Api-Key: other\r\n`,
    empty: 'Authorization: Bearer \r\n',
  };
  const length = `Content-Length: ${text.length + (frame === 'short' ? 9 : 0)}\r\n`;
  const lengths: Record<string, string> = {
    chunked: 'Transfer-Encoding: chunked\r\n',
    twice: `${length}Content-Length: 2\r\n`,
    both: `${length}Transfer-Encoding: chunked\r\n`,
  };
  const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${keys[key] ?? ''}${origin}${lengths[frame] ?? length}`;
  const parts =
    frame === 'chunked' || frame === 'both'
      ? [Buffer.from(`${text.length.toString(16)}\r\n`), text, Buffer.from('\r\n0\r\n\r\n')]
      : [text];
  return Buffer.concat([Buffer.from(`${head}Connection: close\r\n\r\n`), ...parts]);
}

/** The tool that the request asks for; undefined when it is no check that may be asked. */
function askedTool({ body: text, method, path, key, host, frame, origin }: Request): string | undefined {
  const framed = frame === 'length' || (frame === 'chunked' && text.length > 0);
  const ours = host === '127.0.0.1' || host === 'localhost';
  if (!framed || !ours || key !== 'right' || origin !== '' || method !== 'POST' || path !== '/v1/enforce')
    return undefined;
  try {
    const name: unknown = Object(JSON.parse(text.toString('utf8'))).tool_name;
    return typeof name === 'string' && name.trim() !== '' && name !== '(nothing approved)' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** A reply that every SDK reads as the same decision. */
function judgeReply({ status, body: text, whole }: RawResponse): void {
  expect(whole).toBe(true);
  expect([200, 503]).toContain(status);
  if (status !== 200) return;
  const reply = Object(JSON.parse(text.toString('utf8')));
  expect(['ALLOW', 'BLOCK', 'MODIFY', 'STEP_UP', 'DEFER']).toContain(reply.decision);
  expect(reply.authorization_decision).toBe(reply.decision);
  expect(reply).not.toHaveProperty('authorizationDecision');
  if (reply.decision === 'STEP_UP') expect(String(reply.hold_token).trim()).not.toBe('');
  if (reply.decision === 'MODIFY') expect(Object.keys(reply.modified_tool_args)).not.toEqual([]);
}

describe('the broker of a run', () => {
  it(
    'asks for nobody but the run and nothing but its checks, whatever comes to its socket',
    async () => {
      await fc.assert(
        fc.asyncProperty(request, decision, fc.nat(), async (each, reply, seed) => {
          enforcer.requests.length = 0;
          answer = reply;
          const bytes = rawBytes(each);
          const unfinished = each.frame === 'short';
          const response = await rawExchange(port, { bytes, refused: false, unfinished }, dice(seed));
          expect(response.body.toString()).not.toContain('real-key');
          const tool = askedTool(each);
          expect(enforcer.checks.map(({ tool_name: name }) => name)).toEqual(
            tool === undefined ? [] : [tool],
          );
          for (const asked of enforcer.requests)
            expect(asked.headers.authorization ?? '').toBe('Bearer real-key');
          if (tool === undefined) {
            expect(response.status ?? 400).toBeLessThan(500);
            return;
          }
          const [asked = {}] = enforcer.checks;
          expect(asked).toMatchObject({
            agent_id: 'run-agent',
            tenant_id: 'acme',
            user_id: 'ann',
            session_id: 'run-session',
            enforcement_mode: 'block',
            identity_binding: { agent_id: 'run-agent', tenant_id: 'acme', user_id: 'ann' },
          });
          for (const approved of asked['approved_scope'] as unknown[])
            expect(['search', 'read', '(nothing approved)']).toContain(approved);
          expect(asked['approved_scope']).not.toEqual([]);
          judgeReply(response);
        }),
        { numRuns: fuzzRuns(300) },
      );
    },
    fuzzRuns(300) * 1000,
  );
});
