import type { Plugin } from 'esbuild';

/**
 * What this program uses of packages whose entry loads far more: the whole of undici also loads the `fetch` that Node
 * itself brings, 30 ms in all. By the names under which the package exports them.
 */
const PARTS: Readonly<Record<string, string>> = {
  undici: `
    exports.Agent = require('undici/lib/dispatcher/agent.js');
    exports.Pool = require('undici/lib/dispatcher/pool.js');
    exports.EnvHttpProxyAgent = require('undici/lib/dispatcher/env-http-proxy-agent.js');
    exports.buildConnector = require('undici/lib/core/connect.js');
    Object.assign(require('undici/lib/dispatcher/dispatcher.js').prototype, require('undici/lib/api/index.js'));`,
};

/** Builds the chunk of such a package from its parts. */
export function packageParts(root: string): Plugin {
  return {
    name: 'package-parts',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, kind }) =>
        kind === 'entry-point' && path in PARTS ? { path, namespace: 'package-parts' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'package-parts' }, ({ path }) => ({
        contents: PARTS[path] ?? '',
        resolveDir: root,
        loader: 'js',
      }));
    },
  };
}
