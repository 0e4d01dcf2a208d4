import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/server/store/index.js';
import type { Store } from '../../src/server/store/port.js';
import { newKeyMaterial } from '../../src/server/tenants/api-keys.js';
import { registration, saveEndpoints } from '../../src/server/tenants/endpoints/endpoint-report.js';
import { pastDecision } from '../server/read/seeded-history.js';
import { startBenchServer, type BenchServer } from './local-server.js';
import type { Figure } from './report.js';
import { median } from './timing.js';

const VIOLATIONS = 100_000;
const ENDPOINTS = 10_000;
const KEYS = 1000;
const READS = 21;
const UNIT = 1000;
const INTERVAL_MS = 5000;
const DAY_MS = 86_400_000;

const PROMISE = { atMost: 100 };

/** Six megabytes that nobody pages through: told, not promised. */
const WHOLE = 'endpoints, all at once';

/** What one tenant's lists, filters and feed pages cost a client when that tenant is large. */
const READ_PATHS = [
  ['violations, newest 500', 'violations'],
  ['violations, newest 50', 'violations?limit=50'],
  ['alerts', 'alerts?limit=100'],
  ['agent statistics', 'agent-stats'],
  ['tools of the week', 'governance/tools'],
  ['feed, first page', 'governance/feed'],
  ['feed, last page', `governance/feed?per_page=50&page=${VIOLATIONS / 50}`],
  ['feed of one agent', 'governance/feed?agent_id=agent-7'],
  ['feed of one tool, one decision', 'governance/feed?tool_name=tool_3&decision=block'],
  ['feed of one day', 'governance/feed?from=FROM&to=TO'],
  ['feed by delegating agent', 'governance/feed?caller_agent_id=boss'],
  ['feed sorted by agent', 'governance/feed?sort_by=agent_id&sort_dir=asc'],
  ['feed sorted by session', 'governance/feed?sort_by=session_id&sort_dir=asc'],
  ['feed, text in many rows', 'governance/feed?search=wire'],
  ['feed, text in one row', 'governance/feed?search=call%2077777'],
  ['feed, text in no row', 'governance/feed?search=nowhere'],
  ['endpoints, page of 100', 'endpoints?limit=100&after=laptop-05000'],
  ['endpoints, page of 1000', 'endpoints?limit=1000'],
  [WHOLE, 'endpoints'],
  ['endpoints of one fleet', 'endpoints?fleet_id=fleet-3'],
  ['endpoint counters', 'endpoints/stats'],
  ['API keys, whole list', 'api-keys'],
  ['API key counters', 'api-keys/metrics'],
] as const;

export async function lists(): Promise<Figure[]> {
  const server = await startBenchServer(seed);
  try {
    const token = readFileSync(join(server.home, 'data', 'admin-token'), 'utf8').trim();
    const now = Date.now();
    const times = { FROM: now - 30 * 3_600_000, TO: now - 6 * 3_600_000 };
    // Read models follow the chain at the first read that needs them.
    await timed(server, token, 'agent-stats');
    const figures: Figure[] = [];
    for (const [name, template] of READ_PATHS) {
      const path = template
        .replace('FROM', new Date(times.FROM).toISOString())
        .replace('TO', new Date(times.TO).toISOString());
      const before = server.processorTime();
      const elapsed: number[] = [];
      for (let read = 0; read < READS; read += 1) elapsed.push(await timed(server, token, path));
      const after = server.processorTime();
      figures.push({
        section: 'lists',
        name,
        value: median(elapsed),
        unit: 'ms',
        ...(name !== WHOLE && { limit: PROMISE }),
        ...(before !== undefined &&
          after !== undefined && {
            note: `processor time of the server ${((after - before) / READS).toFixed(1)} ms`,
          }),
      });
    }
    const memory = server.mostMemory();
    if (memory !== undefined)
      figures.push({
        section: 'lists',
        name: 'memory of the server at most',
        value: memory / 2 ** 20,
        unit: 'MiB',
        limit: { atMost: 512 },
      });
    return figures;
  } finally {
    await server.stop();
  }
}

async function timed(server: BenchServer, token: string, path: string): Promise<number> {
  const before = performance.now();
  const reply = await fetch(`${server.url}/${server.tenantId}/thoth/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await reply.text();
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return performance.now() - before;
}

/** As if a tenant had run for a while: written straight into the store, which no API does a hundred thousand times. */
async function seed(dataDir: string, tenantId: string): Promise<void> {
  const store = await openStore({ dataDir });
  const start = Date.now() - VIOLATIONS * INTERVAL_MS;
  for (let from = 0; from < VIOLATIONS; from += UNIT) {
    const evidence = Array.from({ length: UNIT }, (_, offset) => {
      const at = from + offset;
      return pastDecision(at, new Date(start + at * INTERVAL_MS), {
        agent_id: `agent-${at % 40}`,
        tool_name: at % 25 === 0 ? 'wire_transfer' : `tool_${at % 25}`,
        session_id: `session-${Math.floor(at / 20)}`,
        user_id: `user-${at % 300}@example.com`,
        endpoint_id: endpointId(at % ENDPOINTS),
        decision: at % 3 === 0 ? 'STEP_UP' : 'BLOCK',
        ...(at % 50 === 0 ? { caller_agent_id: 'boss' } : {}),
      });
    });
    await store.commit({ tenantId, statements: [], evidence });
  }
  await store.commit({
    tenantId,
    statements: [...endpointRows(store, tenantId), ...keyRows(store, tenantId)],
    evidence: [],
  });
  await store.close();
}

function endpointRows(store: Store, tenantId: string) {
  const reports = Array.from({ length: ENDPOINTS }, (_, index) => ({
    ...registration({
      endpoint_id: endpointId(index),
      hostname: `mac-${index}`,
      environment: index % 2 === 0 ? 'prod' : 'dev',
    }),
    fleet_id: `fleet-${index % 20}`,
    proxy_version: `1.${index % 3}.0`,
  }));
  return saveEndpoints({ store }, tenantId, reports, Date.now() - 6 * DAY_MS);
}

function keyRows({ build }: Store, tenantId: string) {
  return Array.from({ length: KEYS }, (_, index) => {
    const { hash, prefix } = newKeyMaterial();
    return build
      .insertInto('api_keys')
      .values({
        tenant_id: tenantId,
        key_id: `key_${String(index).padStart(5, '0')}`,
        key_hash: hash,
        prefix,
        name: `agent ${index}`,
        scope_level: 'agent',
        scope_target_id: `agent-${index % 40}`,
        permissions: '["execute"]',
        created_at: Date.now(),
      })
      .compile();
  });
}

function endpointId(index: number): string {
  return `laptop-${String(index).padStart(5, '0')}`;
}
