import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dispatch } from './dispatch.js';
import type { ProgramInfo } from './light-config.js';
import { sourceCatalogue } from './source-catalogue.js';

/** Package of the sources: name, version and oclif settings. */
export async function programFromPackage(root: string): Promise<ProgramInfo> {
  const { name, version, oclif }: ProgramInfo = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  return { name, version, oclif, root };
}

export async function runFromSources(argv: readonly string[]): Promise<void> {
  const root = join(import.meta.dirname, '../../..');
  await dispatch(argv, await sourceCatalogue(join(root, 'src/commands')), await programFromPackage(root));
  process.exit();
}
