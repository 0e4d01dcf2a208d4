import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBenchServer } from './local-server.js';
import { startCountingProxy } from './counting-proxy.js';
import type { Figure } from './report.js';
import { median } from './timing.js';

const BUNDLES = 10_000;

/** `policy diff` and a no-op `policy push` of ten thousand bundles; requests are counted on the way to the server. */
export async function policy(): Promise<Figure[]> {
  const server = await startBenchServer();
  const proxy = await startCountingProxy(server.url);
  try {
    const folder = join(server.home, 'policies');
    mkdirSync(folder);
    for (let n = 0; n < BUNDLES; n++) {
      writeFileSync(
        join(folder, `rule-${n}.cedar`),
        `@id("rule-${n}")\nforbid (principal, action, resource) when { context.action == "tool_call:t${n}" };\n`,
      );
    }
    const push = ['policy', 'push', folder, '--yes', '--json'];
    const first = await timed(() => server.cli(push));
    const diffs: number[] = [];
    const pushes: number[] = [];
    const reroute = [
      '--govapi-url',
      proxy.url,
      '--insecure-http',
      '--tenant-id',
      server.tenantId,
      '--auth-token-file',
      join(server.home, 'data', 'admin-token'),
    ];
    proxy.reset();
    for (let round = 0; round < 3; round++) {
      diffs.push(await timed(() => server.cli(['policy', 'diff', folder, '--json'])));
      pushes.push(await timed(() => server.cli(push)));
    }
    await server.cli([...push, ...reroute]);
    return [
      { section: 'policy', name: `first push of ${BUNDLES} bundles`, value: first, unit: 'ms' },
      {
        section: 'policy',
        name: `diff of ${BUNDLES} bundles, whole process`,
        value: median(diffs),
        unit: 'ms',
        // Promised once the listing is there; this has start-up and listing in it.
        limit: { atMost: 2_000 },
      },
      {
        section: 'policy',
        name: `no-op push of ${BUNDLES} bundles, whole process`,
        value: median(pushes),
        unit: 'ms',
      },
      {
        section: 'policy',
        name: 'changing requests of a no-op push',
        value: proxy.changing(),
        unit: 'count',
        limit: { atMost: 0 },
        note: `${proxy.total()} requests in all`,
      },
    ];
  } finally {
    proxy.stop();
    await server.stop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
