import { dirname, join, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** Code that one-shot commands must not pay for. An `import()` into one of these folders starts a chunk. */
const HEAVY = [/^src\/(?:server|run|engine|policy|sdk)\//u, /^src\/journeys\/quickstart\//u];
/**
 * Files that start a chunk wherever the `import()` stands: V8 reads a code cache whole, so what only some commands need
 * is kept out of the one every command reads.
 */
const APART =
  /^src\/(?:govapi\/(?:index|pooled)|contract\/validators|context\/index|cli\/boot\/show-help)\.ts$/u;
/** Packages loaded by `import()` only, each in a chunk of its own. */
const HEAVY_PACKAGES =
  /^(?:undici|yaml|ora|chalk|inquirer|jsonc-parser|toml-eslint-parser|@jmespath-community\/jmespath)$/u;

/** How the names of those chunks begin. */
export const PACKAGE_CHUNK = 'package-';

/** Chunks still to build: file name in dist, to entry (a source file or a package). */
export class ChunkQueue {
  readonly #entries = new Map<string, string>();

  add(name: string, entry: string): void {
    this.#entries.set(name, entry);
  }

  get entries(): ReadonlyMap<string, string> {
    return this.#entries;
  }
}

function chunkName(root: string, entry: string): string {
  const path = relative(join(root, 'src'), entry).replaceAll('\\', '/');
  return path.replace(/(?:\/index)?\.ts$/u, '').replaceAll('/', '-');
}

const sourceOf = (importer: string, path: string) =>
  resolve(dirname(importer), path.replace(/\.js$/u, '.ts'));

/** Turns `import()` of heavy code into a require of a sibling chunk, and remembers that chunk. */
export function splitChunks(root: string, queue: ChunkQueue): Plugin {
  return {
    name: 'split-chunks',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (kind !== 'dynamic-import') return undefined;
        if (HEAVY_PACKAGES.test(path)) {
          const name = `${PACKAGE_CHUNK}${path.replace(/^@/u, '').replaceAll('/', '-')}`;
          queue.add(name, path);
          return { path: `./${name}.cjs`, external: true };
        }
        const entry = path.startsWith('.') ? sourceOf(importer, path) : undefined;
        if (entry === undefined) return undefined;
        const inside = relative(root, entry).replaceAll('\\', '/');
        if (!APART.test(inside)) {
          if (!HEAVY.some((heavy) => heavy.test(inside))) return undefined;
          // Within its own folder a lazy import stays in the chunk.
          const folder = /^src\/[^/]+\//u.exec(inside)?.[0] ?? inside;
          if (relative(root, importer).replaceAll('\\', '/').startsWith(folder)) return undefined;
        }
        const name = chunkName(root, entry);
        queue.add(name, entry);
        return { path: `./${name}.cjs`, external: true };
      });
    },
  };
}

/** Chunks other than main take the error classes that main has registered, so that `instanceof` holds everywhere. */
export const sharedErrors: Plugin = {
  name: 'shared-errors',
  setup(build) {
    build.onResolve({ filter: /\/errors\/(?:index|thothctl-error)\.js$/ }, ({ path, resolveDir }) =>
      resolve(resolveDir, path).endsWith(join('src', 'errors', path.slice(path.lastIndexOf('/') + 1)))
        ? { path: 'errors', namespace: 'shared' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'shared' }, () => ({
      contents: 'module.exports = globalThis[Symbol.for("thothctl.errors")];',
      loader: 'js',
    }));
  },
};
