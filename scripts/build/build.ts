import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programFromPackage } from '../../src/cli/boot/dev.js';
import { commandFiles, sourceCatalogue } from '../../src/cli/boot/source-catalogue.js';
import { copyAssets } from './assets.js';
import { bundleProgram } from './bundle.js';
import { writeCodeCaches } from './code-cache.js';
import { bundleDemoServer } from './demo.js';
import { writeDefinitions } from './definitions.js';
import { buildLibrary } from './library.js';
import { sourceHash } from './source-hash.js';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
// Beside the packages, where version control does not look.
const work = join(root, 'node_modules/.thothctl-build', String(process.pid));
const fresh = join(work, 'dist');
const started = Date.now();

/** Puts the finished build in place in one step, so that a build that fails leaves the old one working. */
async function swapIn(built: string): Promise<void> {
  const old = join(work, 'old');
  if (existsSync(dist)) await rename(dist, old);
  await rename(built, dist);
}

async function build(): Promise<void> {
  const hash = await sourceHash(root);
  const folder = join(root, 'src/commands');
  const { name, version, description, oclif } = await programFromPackage(root);
  const catalogue = await sourceCatalogue(folder);
  const ids = new Set((await catalogue.entries()).map((entry) => entry.id));
  const files = new Map([...(await commandFiles(folder))].filter(([id]) => ids.has(id)));
  await mkdir(fresh, { recursive: true });
  const [{ failures }, count, entries, assets] = await Promise.all([
    bundleProgram(root, fresh, {
      folder,
      files,
      names: catalogue.names,
      program: { name, version, description, oclif },
    }),
    writeDefinitions(root, fresh, version, catalogue),
    buildLibrary(root, fresh),
    copyAssets(join(root, 'src'), fresh),
    bundleDemoServer(root, fresh),
  ]);
  await swapIn(fresh);
  writeCodeCaches(root);
  for (const failure of failures) process.stderr.write(`chunk not built: ${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
  await writeFile(join(dist, '.source-hash'), hash);
  const { size } = await stat(join(dist, 'main.cjs'));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `Built ${count} commands, ${entries.length} library entries, ${assets.length} assets in ${seconds} s; main.cjs is ${Math.round(size / 1024)} KiB.\n`,
  );
}

await build().finally(() => rm(work, { recursive: true, force: true, maxRetries: 5 }));
process.exit();
