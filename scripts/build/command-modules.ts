import { join } from 'node:path';
import type { Plugin } from 'esbuild';

export interface CommandModules {
  readonly folder: string;
  /** Command id to file under the folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly names: Readonly<Record<string, string>>;
  readonly program: object;
}

/** The module `thothctl:commands`: which command is in which file, each evaluated only when asked for. */
export function commandModules({ folder, files, names, program }: CommandModules): Plugin {
  const lines = [...files].map(
    ([id, file]) => `${JSON.stringify(id)}: () => require(${JSON.stringify(join(folder, file))})`,
  );
  const contents = [
    `export const modules = { ${lines.join(',\n')} };`,
    `export const names = ${JSON.stringify(names)};`,
    `export const program = ${JSON.stringify(program)};`,
  ].join('\n');
  return {
    name: 'command-modules',
    setup(build) {
      build.onResolve({ filter: /^thothctl:commands$/ }, () => ({ path: 'commands', namespace: 'thothctl' }));
      build.onLoad({ filter: /.*/, namespace: 'thothctl' }, () => ({
        contents,
        loader: 'js',
        resolveDir: folder,
      }));
    },
  };
}
