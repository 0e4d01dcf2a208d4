import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

/** Modules of Node that cost a millisecond or more to load and that most commands import without using. */
const COSTLY =
  /^node:(?:crypto|fs\/promises|child_process|worker_threads|readline|https?|tls|timers\/promises|zlib|dns|stream\/promises)$/;

const require = createRequire(import.meta.url);

/** Gives the members of costly built-in modules by getters, so that the module is loaded with the first use. */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: COSTLY }, ({ path, namespace, kind }) =>
      namespace === 'lazy-builtin' || kind === 'dynamic-import'
        ? undefined
        : { path, namespace: 'lazy-builtin' },
    );
    build.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => {
      const members: object = require(path);
      const names = JSON.stringify(Object.keys(members));
      return {
        // Remembered, because a server reads such members for every request and each `require` searches the cache again.
        contents: `let loaded; for (const name of ${names}) Object.defineProperty(exports, name, { enumerable: true, get: () => (loaded ??= require(${JSON.stringify(path)}))[name] });`,
        loader: 'js',
      };
    });
  },
};
