import { dirname, join, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** What every command stands on; the table of operations is most of it. */
const FRAME = /^src\/(?:(?:cli|output)\/|contract\/operations\.ts$)/u;

/**
 * Chunks of commands, and of the client they call, take the frame from main instead of holding a copy: the base class
 * has to be one, secrets are remembered in one place, and the code is compiled once. `frame` collects what main has to
 * offer.
 */
export function sharedFrame(root: string, frame: Map<string, string>): Plugin {
  return {
    name: 'shared-frame',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, importer, kind }) => {
        if (kind === 'dynamic-import' || importer === '') return undefined;
        const file = resolve(dirname(importer), path.replace(/\.js$/u, '.ts'));
        const inside = relative(root, file).replaceAll('\\', '/');
        if (!FRAME.test(inside)) return undefined;
        const key = inside.slice('src/'.length, -'.ts'.length);
        frame.set(key, join(root, inside));
        return { path: key, namespace: 'frame' };
      });
      build.onLoad({ filter: /.*/, namespace: 'frame' }, ({ path }) => ({
        contents: `module.exports = globalThis[Symbol.for("thothctl.frame")][${JSON.stringify(path)}]();`,
        loader: 'js',
      }));
    },
  };
}
