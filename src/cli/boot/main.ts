import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { frame, modules, names, program } from 'thothctl:commands';
import * as errors from '../../errors/index.js';
import { reportFailure } from '../report.js';
import type { Suggestion } from '../complete/suggest-words.js';
import type { Catalogue } from './catalogue.js';
import { commandOf } from './command-of.js';
import { dispatch } from './dispatch.js';

// Chunks of their own (server, run, engines) take the error class from here, so that `instanceof` holds across them.
Object.assign(globalThis, { [Symbol.for('thothctl.errors')]: errors, [Symbol.for('thothctl.frame')]: frame });

const folder = __dirname;

// Written by the build next to this file, so their shape is known.
const generated = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

const catalogue: Catalogue = {
  names,
  entries: () => Promise.resolve(generated('index.json')),
  load: (id) => Promise.resolve(classOf(id)),
  definition: (id) => Promise.resolve(generated(`help/${id.replaceAll(':', '.')}.json`)),
};

function classOf(id: string) {
  const command = commandOf(modules[id]?.());
  if (command === undefined)
    throw new errors.ThothctlError({
      code: 'command_missing',
      message: `The build has no command ${id}.`,
      exit: 'unexpected',
    });
  command.id = id;
  return command;
}

/** Every command class by id, loaded on access: what oclif's own loader and test tools read. */
export const COMMANDS: Readonly<Record<string, unknown>> = Object.defineProperties(
  {},
  Object.fromEntries(Object.keys(modules).map((id) => [id, { enumerable: true, get: () => classOf(id) }])),
);

/** Runs one command line; the outcome is in the output and in `process.exitCode`. */
export async function run(argv: readonly string[]): Promise<void> {
  const stray = (error: unknown) => {
    void reportFailure(error, argv).finally(() => process.exit());
  };
  process.on('uncaughtException', stray);
  process.on('unhandledRejection', stray);
  await dispatch(argv, catalogue, { ...program, root: dirname(folder) });
  process.off('uncaughtException', stray);
  process.off('unhandledRejection', stray);
}

/** Ids for completion; see `complete/tenant-values`. */
export async function tenantValues(
  command: string,
  name: string,
  words: readonly string[],
): Promise<Suggestion[]> {
  const values = await import('../complete/tenant-values.js');
  return values.tenantValues(command, name, words, program.version);
}
