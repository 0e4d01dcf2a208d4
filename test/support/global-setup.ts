import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sourceHash } from '../../scripts/build/source-hash.js';

const root = join(import.meta.dirname, '../..');
const lock = join(root, 'node_modules/.thothctl-build-lock');

/** Tests in these folders run from TypeScript and never start the built bin. */
const FROM_SOURCES = /^test\/(?:context|contract|engine|evidence|govapi|house|output|policy|sdk|server)\b/u;

/** No build when every filter on the command line names a folder of tests that run from sources. */
function needsBuild(): boolean {
  const filters = process.argv.slice(2).filter((argument) => argument.includes('test/'));
  return (
    filters.length === 0 || !filters.every((filter) => FROM_SOURCES.test(filter.replace(`${root}/`, '')))
  );
}

async function isFresh(): Promise<boolean> {
  try {
    return readFileSync(join(root, 'dist/.source-hash'), 'utf8') === (await sourceHash(root));
  } catch {
    return false;
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    // A lock older than any build was left by a killed run.
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return age > 120_000;
  }
}

function build(): void {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/build/build.ts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Tests of pure code are still worth running; those of the bin will say what is wrong.
  if (status !== 0) process.stderr.write(`The build failed:\n${stderr}\n`);
}

/** Builds once when `dist` does not fit the sources; runs side by side wait for each other. */
export default async function setup(): Promise<void> {
  if (process.env['THOTHCTL_TEST_NO_BUILD'] || !needsBuild() || (await isFresh())) return;
  for (let waited = 0; !takeLock() && waited < 120; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (await isFresh()) return;
  }
  try {
    build();
  } finally {
    rmdirSync(lock);
  }
}
