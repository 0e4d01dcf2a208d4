import type { Command } from '@oclif/core';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunnableCommand } from '../command.js';
import { namesOf, type Catalogue } from './catalogue.js';
import { commandOf } from './command-of.js';
import { definitionOf, entryOf } from './definition.js';

/** Command ids by source file: `agents/scope/set.ts` is `agents:scope:set`, an `index.ts` stands for its folder. */
export async function commandFiles(folder: string): Promise<Map<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = files
    .filter((file) => file.isFile() && file.name.endsWith('.ts') && !file.name.endsWith('.d.ts'))
    .map((file) =>
      join(file.parentPath, file.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  return new Map(found.map((file) => [file.replace(/(?:\/index)?\.ts$/u, '').replaceAll('/', ':'), file]));
}

/** Catalogue over TypeScript sources, for contributors: slower than the generated one, never stale. */
export async function sourceCatalogue(folder: string): Promise<Catalogue> {
  const classes = new Map<string, RunnableCommand>();
  const broken: string[] = [];
  for (const [id, file] of await commandFiles(folder)) {
    try {
      const command = commandOf(await import(pathToFileURL(join(folder, file)).href));
      if (command) classes.set(id, Object.assign(command, { id }));
    } catch (error) {
      // One file that does not load yet must not take the other commands with it.
      broken.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const line of broken) process.stderr.write(`not loaded: ${line}\n`);
  const entries = [...classes].map(([id, command]) => entryOf(id, command));
  const load = (id: string) => {
    const command = classes.get(id);
    return command ? Promise.resolve(command) : Promise.reject(new TypeError(`no command ${id}`));
  };
  return {
    names: namesOf(entries),
    entries: () => Promise.resolve(entries),
    load,
    definition: async (id) => definitionOf(id, await load(id)) as Command.Cached,
  };
}
