import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue } from '../../src/cli/boot/catalogue.js';

/**
 * Writes what help and completion read instead of loading commands: an index, one declaration per command, and the
 * manifest for oclif's own tools.
 */
export async function writeDefinitions(
  root: string,
  dist: string,
  version: string,
  catalogue: Catalogue,
): Promise<number> {
  const help = join(dist, 'help');
  await rm(help, { recursive: true, force: true });
  await mkdir(help, { recursive: true });
  const entries = await catalogue.entries();
  const commands: Record<string, object> = {};
  for (const { id } of entries) {
    const definition = await catalogue.definition(id);
    commands[id] = definition;
    await writeFile(join(help, `${id.replaceAll(':', '.')}.json`), JSON.stringify(definition));
  }
  await writeFile(join(dist, 'index.json'), JSON.stringify(entries));
  await writeFile(join(dist, 'complete.json'), JSON.stringify({ names: catalogue.names, entries }));
  await writeFile(
    join(root, 'oclif.manifest.json'),
    `${JSON.stringify({ commands, version }, undefined, 1)}\n`,
  );
  return entries.length;
}
