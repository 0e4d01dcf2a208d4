import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programFromPackage } from '../../src/cli/boot/dev.js';
import { commandFiles, sourceCatalogue } from '../../src/cli/boot/source-catalogue.js';
import { copyAssets } from './assets.js';
import { bundleProgram } from './bundle.js';
import { writeCodeCaches } from './code-cache.js';
import { writeDefinitions } from './definitions.js';
import { buildLibrary } from './library.js';
import { sourceHash } from './source-hash.js';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const started = Date.now();

async function removeOld(): Promise<void> {
  await mkdir(dist, { recursive: true });
  for (const file of await readdir(dist))
    if (/\.cjs(?:\..*\.cache)?$/u.test(file)) await rm(join(dist, file));
}

async function build(): Promise<void> {
  const hash = await sourceHash(root);
  await rm(join(dist, '.source-hash'), { force: true });
  const folder = join(root, 'src/commands');
  const { name, version, oclif } = await programFromPackage(root);
  const catalogue = await sourceCatalogue(folder);
  const ids = new Set((await catalogue.entries()).map((entry) => entry.id));
  const files = new Map([...(await commandFiles(folder))].filter(([id]) => ids.has(id)));
  await removeOld();
  const [{ failures }, count, entries, assets] = await Promise.all([
    bundleProgram(root, dist, { folder, files, names: catalogue.names, program: { name, version, oclif } }),
    writeDefinitions(root, dist, version, catalogue),
    buildLibrary(root, dist),
    copyAssets(join(root, 'src'), dist),
  ]);
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

await build();
process.exit();
