import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { soak } from './soak.js';

/** `npm run bench -- sdk` makes 100,000; this many keep the suite quick. */
const CALLS = Number(process.env['SOAK_CALLS'] ?? 15_000);

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sdk-soak-'));
  await build({
    entryPoints: [join(import.meta.dirname, '../../../src/sdk/index.ts')],
    outfile: join(folder, 'sdk.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

it('leaves no memory, listener, socket or timer behind', { timeout: 240_000 }, async () => {
  const { before, after, ...made } = await soak(join(folder, 'sdk.mjs'), CALLS);
  const all = CALLS + Math.max(2000, CALLS / 10);
  expect(made.unhandled).toBe(0);
  expect(made.ran + made.refused).toBe(all);
  // Every tenth is refused, but for every fiftieth, which is held and approved.
  expect(made.refused).toBe(Math.ceil(all / 10) - Math.ceil(all / 50));
  expect(made.dropped).toBe(0);
  expect(made.delivered).toBe(1 + 2 * all);
  expect(after.heapMiB - before.heapMiB).toBeLessThan(3);
  expect(after.listeners).toBe(before.listeners);
  expect(after.sockets).toBeLessThanOrEqual(before.sockets + 2);
  expect(after.timers).toBeLessThanOrEqual(before.timers);
});
