import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBenchServer } from './local-server.js';
import type { Figure } from './report.js';
import { median } from './timing.js';

const ENDPOINTS = 10_000;
const READS = 21;

/** Pages and counters of a tenant with ten thousand endpoints, registered from one file. */
export async function endpoints(): Promise<Figure[]> {
  const server = await startBenchServer();
  try {
    const file = join(server.home, 'endpoints.csv');
    const rows = Array.from(
      { length: ENDPOINTS },
      (_, index) =>
        `laptop-${String(index).padStart(5, '0')},mac-${index},${index % 2 ? 'prod' : 'dev'},fleet-${index % 20},1.${index % 3}.0`,
    );
    writeFileSync(
      file,
      `${['endpoint_id,hostname,environment,fleet_id,proxy_version', ...rows].join('\n')}\n`,
    );
    const started = performance.now();
    await server.cli(['endpoints', 'register', '--from-file', file, '--json']);
    const rate = ENDPOINTS / ((performance.now() - started) / 1000);
    const token = readFileSync(join(server.home, 'data', 'admin-token'), 'utf8').trim();
    const cases = [
      ['page of 100', 'endpoints?limit=100'],
      ['page of 100 in the middle, one environment', 'endpoints?env=prod&limit=100&after=laptop-05000'],
      ['page of 100, one fleet', 'endpoints?fleet_id=fleet-3&limit=100'],
      ['statistics', 'endpoints/stats'],
    ] as const;
    const figures: Figure[] = [];
    for (const [name, path] of cases) {
      const times: number[] = [];
      for (let read = 0; read < READS; read++) {
        const before = performance.now();
        const reply = await fetch(`${server.url}/${server.tenantId}/thoth/${path}`, {
          headers: { authorization: `Bearer ${token}` },
        });
        await reply.text();
        if (!reply.ok) throw new Error(`${name}: ${reply.status}`);
        times.push(performance.now() - before);
      }
      figures.push({
        section: 'endpoints',
        name: `${name} of ${ENDPOINTS}`,
        value: median(times),
        unit: 'ms',
        limit: { atMost: 100 },
      });
    }
    return [
      { section: 'endpoints', name: 'registered from a CSV file', value: rate, unit: '/s' },
      ...figures,
    ];
  } finally {
    await server.stop();
  }
}
