import { join } from 'node:path';
import type { Plugin } from 'esbuild';

export interface CommandModules {
  readonly folder: string;
  /** Command id to file under the folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly names: Readonly<Record<string, string>>;
  readonly program: object;
}

/** How the chunks of commands are named: one per topic, so that a command does not pay for the others. */
export function topicChunk(id: string): string {
  return `commands-${id.split(':', 1)[0] ?? id}`;
}

/** Chunk name to the commands in it. */
export function topics({ files }: CommandModules): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (const [id, file] of files) {
    const chunk = topicChunk(id);
    found.set(chunk, (found.get(chunk) ?? new Map<string, string>()).set(id, file));
  }
  return found;
}

/** Entry of a topic's chunk: its commands, each evaluated only when asked for. */
export function topicModules(folder: string, commands: ReadonlyMap<string, string>): Plugin {
  const lines = [...commands].map(
    ([id, file]) => `${JSON.stringify(id)}: () => require(${JSON.stringify(join(folder, file))})`,
  );
  return virtual('topic', `export const modules = { ${lines.join(',\n')} };`, folder);
}

/** The module `thothctl:commands`: which command is in which chunk, and what those chunks share with this one. */
export function commandModules(
  { folder, files, names, program }: CommandModules,
  frame: ReadonlyMap<string, string>,
): Plugin {
  const modules = [...files.keys()].map((id) => {
    const key = JSON.stringify(id);
    return `${key}: () => require("./${topicChunk(id)}.cjs").modules[${key}]()`;
  });
  const shared = [...frame].map(
    ([key, file]) => `${JSON.stringify(key)}: () => require(${JSON.stringify(file)})`,
  );
  const contents = [
    `export const modules = { ${modules.join(',\n')} };`,
    `export const frame = { ${shared.join(',\n')} };`,
    `export const names = ${JSON.stringify(names)};`,
    `export const program = ${JSON.stringify(program)};`,
  ].join('\n');
  return virtual('commands', contents, folder);
}

function virtual(name: string, contents: string, resolveDir: string): Plugin {
  return {
    name: `virtual-${name}`,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^thothctl:${name}$`) }, () => ({
        path: name,
        namespace: 'thothctl',
      }));
      build.onResolve({ filter: /^\.\/commands-[\w-]+\.cjs$/ }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace: 'thothctl' }, () => ({ contents, loader: 'js', resolveDir }));
    },
  };
}
