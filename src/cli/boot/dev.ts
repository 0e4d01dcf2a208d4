import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dispatch } from './dispatch.js';
import type { ProgramInfo } from './light-config.js';
import { sourceCatalogue } from './source-catalogue.js';

/** Package of the sources: name, version and oclif settings. */
export async function programFromPackage(root: string): Promise<ProgramInfo> {
  const { name, version, description, oclif }: ProgramInfo = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  return { name, version, description, oclif, root };
}

export async function runFromSources(argv: readonly string[]): Promise<void> {
  const root = join(import.meta.dirname, '../../..');
  const catalogue = await sourceCatalogue(join(root, 'src/commands'));
  const program = await programFromPackage(root);
  if (argv[0] === '__complete') {
    const { answer } = await import('../complete/answer.js');
    const { tenantValues } = await import('../complete/tenant-values.js');
    await answer(argv.slice(1), {
      names: catalogue.names,
      entries: await catalogue.entries(),
      definition: catalogue.definition,
      values: (command, name, words) => tenantValues(command, name, words, program.version),
    });
  } else {
    await dispatch(argv, catalogue, program);
  }
  process.exit();
}
