import { request as httpRequest, Agent } from 'node:http';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationEntry, operationIds, type OperationId } from '../../../src/contract/index.js';
import { ContractArbitraries, hostile, jsonText } from '../../support/contract-arbitraries.js';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';
import { contractIssues } from '../http/running-server.js';

const TIME_LIMIT_MS = 12_000;
/** What clients wait for a reply; a hang is a fault of its own. */
const PATIENCE_MS = 30_000;
const control = new ContractArbitraries('docs/contract/govapi.openapi.yaml');
const data = new ContractArbitraries('docs/contract/enforcer.openapi.yaml');
/** Sign-in happens before there is a credential, and a callback is let in by its signature. */
const OPEN: ReadonlySet<string> = new Set(['startCliLogin', 'exchangeCliLogin', 'receivePamCallback']);

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

let thoth: DataPlane;
let agent: Agent;
let credentials: Record<'admin' | 'foreign' | 'executor' | 'reader' | 'bound', string>;
let served: OperationId[];
let known: string[];

beforeAll(async () => {
  thoth = await startDataPlane();
  agent = new Agent({ keepAlive: true });
  const foreign = await thoth.call('POST', '/thoth/x/tenants', { tenant_id: 'foreign' });
  credentials = {
    admin: thoth.adminToken,
    foreign: foreign.body.admin_token,
    executor: await thoth.key(['execute']),
    reader: await thoth.key(['read']),
    bound: await thoth.key(['read', 'write', 'execute'], 'support-bot'),
  };
  const held = await thoth.enforce({ tool_name: 'drop_table', enforcement_mode: 'step_up' });
  const bundle = await thoth.call('POST', '/thoth/governance/policy-bundles', {
    name: 'seen',
    framework: 'CEDAR',
    raw_policy: 'forbid(principal, action, resource) when { false };',
  });
  // One that may be revoked: nobody else uses it.
  const spare = await thoth.call('POST', '/thoth/api-keys', {
    scope_level: 'organization',
    permissions: ['read'],
  });
  known = [
    'support-bot',
    'session-1',
    'custom',
    '1',
    '2',
    held.body.hold_token,
    held.body.violation_id,
    bundle.body.id,
    spare.body.key_id,
  ];
  const found = await Promise.all(
    operationIds().map(async (id) => {
      const answer = await ask(
        operationEntry(id).method,
        pathOf(id, () => 'x'),
        undefined,
        undefined,
      );
      return answer.text.includes('no such path') || answer.status === 405 ? [] : [id];
    }),
  );
  served = found.flat();
});

afterAll(async () => {
  agent.destroy();
  await thoth.stop();
});

function pathOf(id: OperationId, value: (name: string) => string): string {
  return operationEntry(id).path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    name === 'tenantId' ? thoth.server.tenantId : value(name),
  );
}

function ask(
  method: string,
  path: string,
  body: string | Buffer | undefined,
  credential: string | undefined,
) {
  return new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(thoth.server.url);
    const call = httpRequest(
      {
        agent,
        hostname,
        port,
        method,
        path,
        timeout: PATIENCE_MS,
        headers: {
          ...(credential === undefined ? {} : { 'x-api-key': credential }),
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      },
      (reply) => {
        const { statusCode: status = 0, headers } = reply;
        if (headers['content-type']?.startsWith('text/event-stream') === true) {
          // A stream stays open; that it began is all there is to see.
          reply.on('error', () => {});
          reply.destroy();
          resolve({ status, headers, text: '' });
          return;
        }
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (part: string) => (text += part));
        reply.on('end', () => resolve({ status, headers, text }));
        reply.on('error', reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no reply within ${PATIENCE_MS} ms: ${method} ${path}`)));
    call.on('error', reject);
    call.end(body);
  });
}

/** A path segment as a hostile client would write it: proper ids, odd text, broken escapes. */
const segment = fc.oneof(
  { weight: 4, arbitrary: fc.nat().map((index) => encodeURIComponent(known[index % known.length] ?? 'x')) },
  {
    weight: 2,
    arbitrary: fc.string({ minLength: 1, maxLength: 40 }).map((text) => encodeURIComponent(text)),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '%',
      '%zz',
      '%ff',
      '%00',
      '..%2f..%2fetc',
      '__proto__',
      '%ED%A0%80',
      '0',
      '-1',
      'a'.repeat(2000),
    ),
  },
);

const rawBody = fc.oneof(
  fc.constantFrom(
    'null',
    '[]',
    '""',
    '{',
    '{"a":',
    '[1,]',
    '\ufeff{}',
    '1e999',
    ' ',
    '{"a":1}}',
    '['.repeat(100_000),
  ),
  fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
);

const credentialName = fc.oneof(
  { weight: 8, arbitrary: fc.constant('admin' as const) },
  { weight: 3, arbitrary: fc.constantFrom('foreign', 'executor', 'reader', 'bound', 'nobody', 'none') },
);

const exchange = fc.nat().chain((pick) => {
  const id = served[pick % served.length] ?? 'getTenantSettings';
  const { method, path, hasBody, query } = operationEntry(id);
  const source = path.startsWith('/v1/') ? data : control;
  return fc.record({
    id: fc.constant(id),
    method: fc.constant(method.toUpperCase()),
    segments: fc.array(segment, { minLength: 4, maxLength: 4 }),
    query: query.length === 0 ? fc.constant({}) : source.query(path, method),
    body: hasBody
      ? fc.oneof(
          {
            weight: 8,
            arbitrary: source
              .body(path, method)
              .map((value) => (value === undefined ? undefined : jsonText(value))),
          },
          { weight: 1, arbitrary: hostile.map(jsonText) },
          { weight: 1, arbitrary: rawBody },
        )
      : fc.constant(undefined),
    who: credentialName,
  });
});

it('answers whatever arrives within the contract, never with a fault of its own, and never across a border', async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(exchange, async ({ id, method, segments, query, body, who }) => {
      // Signing the admin out would only make every later request a 401.
      fc.pre(id !== 'endCliSession' || who !== 'admin');
      let next = 0;
      const text = Object.entries(query)
        .map(
          ([name, value]) =>
            `${name}=${encodeURIComponent(
              String(value)
                .slice(0, 500)
                .replaceAll(/\p{Surrogate}/gu, '?'),
            )}`,
        )
        .join('&');
      const path =
        pathOf(id, () => segments[next++ % segments.length] ?? 'x') + (text === '' ? '' : `?${text}`);
      const credential =
        who === 'none' ? undefined : who === 'nobody' ? 'thoth_live_nobody' : credentials[who];
      const answer = await ask(method, path, body, credential);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);

      expect(answer.status, answer.text).toBeLessThan(500);
      expect(answer.headers['x-request-id']).toBeDefined();
      if (answer.text !== '') {
        const reply = { status: answer.status, headers: new Headers(), body: JSON.parse(answer.text) };
        expect(await contractIssues(id, reply), answer.text).toEqual([]);
        if (answer.status >= 400 && typeof reply.body.error === 'string')
          expect(control.errorCodes).toContain(reply.body.error);
      }
      if (OPEN.has(id)) return;
      const dataPlane = path.startsWith('/v1/');
      if (who === 'none' || who === 'nobody') expect([400, 401, 404]).toContain(answer.status);
      if (who === 'foreign' && !dataPlane) expect([403, 404], answer.text).toContain(answer.status);
      if (
        (who === 'bound' || who === 'executor') &&
        !dataPlane &&
        id !== 'checkAuth' &&
        id !== 'endCliSession'
      )
        expect([403, 404], answer.text).toContain(answer.status);
    }),
    { numRuns: 100_000, interruptAfterTimeLimit: TIME_LIMIT_MS, ...seed() },
  );
  if (process.env['THOTH_FUZZ_REPORT'] !== undefined) console.log(Object.fromEntries(statuses));
  expect(thoth.faults).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  // Still there, still whole.
  expect((await thoth.call('GET', '/thoth/api-keys')).status).toBe(200);
  expect((await thoth.call('GET', '/governance/evidence/verify-chain')).body).toMatchObject({
    verified: true,
  });
});

function seed(): { seed?: number } {
  const given = process.env['THOTH_FUZZ_SEED'];
  return given === undefined ? {} : { seed: Number(given) };
}
