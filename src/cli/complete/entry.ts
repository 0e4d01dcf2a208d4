import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer } from './answer.js';
import type { Suggestion } from './suggest-words.js';

/** What completion uses of the main chunk, which it loads only when the tenant must be asked. */
interface MainChunk {
  tenantValues(command: string, name: string, words: readonly string[]): Promise<Suggestion[]>;
}

const generated = async (file: string) => JSON.parse(await readFile(join(__dirname, file), 'utf8'));

/** The hidden `__complete` command, answered from generated files without loading any command. */
export async function complete(argv: readonly string[], main: () => MainChunk): Promise<void> {
  const { names, entries } = await generated('complete.json');
  await answer(argv, {
    names,
    entries,
    definition: (id) => generated(`help/${id.replaceAll(':', '.')}.json`),
    values: (command, name, words) => main().tenantValues(command, name, words),
  });
}
