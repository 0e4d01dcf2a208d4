import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGovApi, type GovApi } from '../../src/govapi/index.js';
import { applySteps } from '../../src/policy/change/apply.js';
import { decideSteps } from '../../src/policy/change/plan.js';
import type { DesiredBundle } from '../../src/policy/bundle.js';
import { policyHash } from '../../src/policy/content-hash.js';
import { remoteBundles } from '../../src/policy/remote.js';
import { startTestServer, type TestServer } from '../server/http/running-server.js';
import { directory } from './states.js';

let thoth: TestServer;
let plain: PlainPlane;
const clients: GovApi[] = [];

beforeAll(async () => {
  thoth = await startTestServer();
  plain = await PlainPlane.before(thoth.server.url);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  plain.stop();
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

/** The control plane without the operations this project added, and with one creation that fails on demand. */
class PlainPlane {
  failCreation = 0;
  readonly #server: Server;

  private constructor(target: string) {
    this.#server = createServer((incoming, outgoing) => {
      const path = incoming.url ?? '';
      const creates = incoming.method === 'POST' && path.endsWith('/thoth/policy-bundles');
      const failing = creates && this.failCreation > 0 && (this.failCreation -= 1) === 0;
      if (path.includes('/thoth/x/') || failing) {
        incoming.resume();
        outgoing.writeHead(failing ? 403 : 404, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify({ error: failing ? 'forbidden' : 'not_found', message: 'no' }));
        return;
      }
      const { method, headers } = incoming;
      const onward = request(`${target}${path}`, { method, headers }, (reply) => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
  }

  static async before(target: string): Promise<PlainPlane> {
    const plane = new PlainPlane(target);
    plane.#server.listen(0, '127.0.0.1');
    await once(plane.#server, 'listening');
    return plane;
  }

  get url(): string {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? '' : `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function client(baseUrl: string): GovApi {
  const api = createGovApi({
    baseUrl,
    tenantId: thoth.server.tenantId,
    credential: { kind: 'bearer', secret: thoth.adminToken },
    version: '0.0.0',
    longLived: true,
  });
  clients.push(api);
  return api;
}

async function push(api: GovApi, wanted: readonly DesiredBundle[]): Promise<number> {
  const { steps } = decideSteps(wanted, await remoteBundles(api), { prune: true });
  await applySteps(api, steps, { oneByOne: true, provenance: {} });
  return steps.length;
}

/** What governs the agent x. */
const inForce = async (): Promise<unknown[]> =>
  (await thoth.call('GET', '/thoth/policy-bundles/effective?agent_id=x')).body.data.map(
    (row: { name: string; policy_hash: string }) => [row.name, row.policy_hash],
  );
const bundle = (name: string, word: string): DesiredBundle => {
  const rawPolicy = `forbid (principal, action, resource) when { context.purpose == "${word}" };`;
  return {
    name,
    framework: 'CEDAR',
    file: `${name}.cedar`,
    rawPolicy,
    lineOffset: 0,
    policyHash: policyHash(rawPolicy),
    assignments: ['all'],
    mode: 'enforce',
    status: 'active',
    description: '',
  };
};

describe('a push to a real control plane', () => {
  it('brings any state to any other, whatever way it goes, and has nothing to send then', async () => {
    const whole = client(thoth.server.url);
    const single = client(plain.url);
    await fc.assert(
      fc.asyncProperty(directory, directory, fc.boolean(), async (first, wanted, grouped) => {
        const api = grouped ? whole : single;
        await push(api, first);
        await push(api, wanted);
        expect(await push(api, [...wanted].reverse())).toBe(0);
        const names = (await inForce()).map((each) => (each as string[])[0]);
        const active = wanted
          .filter(
            ({ status, assignments }) =>
              status === 'active' && assignments.some((each) => each !== 'agent:y'),
          )
          .map(({ name }) => name);
        expect(names.filter((name) => active.includes(name ?? ''))).toEqual(active.sort());
      }),
      { numRuns: 12 },
    );
  });

  it('one by one is refused unless asked for, and a failure half-way restores what governed before', async () => {
    const api = client(plain.url);
    await push(client(thoth.server.url), [bundle('a', 'old'), bundle('b', 'old'), bundle('c', 'old')]);
    const before = await inForce();
    const wanted = [bundle('a', 'new'), bundle('b', 'new'), bundle('c', 'new'), bundle('d', 'new')];
    const { steps } = decideSteps(wanted, await remoteBundles(api));
    await expect(applySteps(api, steps, { oneByOne: false, provenance: {} })).rejects.toMatchObject({
      code: 'atomic_push_unavailable',
      exit: 'usage',
    });
    expect(await inForce()).toEqual(before);

    // The second of the promotions is refused: four were staged before it.
    plain.failCreation = 6;
    await expect(applySteps(api, steps, { oneByOne: true, provenance: {} })).rejects.toMatchObject({
      code: 'push_incomplete',
      exit: 'partial',
      details: {
        not_taken_back: [],
        active: [
          { name: 'a', version: expect.any(Number) },
          { name: 'b', version: expect.any(Number) },
          { name: 'c', version: expect.any(Number) },
          { name: 'd' },
        ],
      },
    });
    expect(await inForce()).toEqual(before);
    expect(await push(api, wanted)).toBeGreaterThan(0);
    expect((await inForce()).map((each) => (each as string[])[1])).toEqual(
      wanted.map((each) => each.policyHash),
    );
  });
});
