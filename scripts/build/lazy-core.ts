import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** These run for their side effects, or are used before anything else. */
const EAGER = /[\\/](?:logger|cache)\.js$/u;
const IMPORT = /^const (\w+) = ((?:__importDefault\(|__importStar\()?require\("[^"]+"\)\)?);$/gmu;
const REEXPORT = /^exports\.(\w+) = (__importStar\(require\("[^"]+"\)\));$/gmu;

const LAZY = 'const __lazy = (load) => { let value; return () => (value ??= load()); };\n';

/** Defers every `require` of a compiled CommonJS module to the first use of what it gives. */
export function deferRequires(source: string): string {
  const bindings = [...source.matchAll(IMPORT)].flatMap(([, name, load]) => (name && load ? [{ name, load }] : []));
  let text = source;
  for (const { name, load } of bindings) {
    const bare = [...text.matchAll(new RegExp(`(?<![\\w$.])${name}\\b(?!\\s*\\.)`, 'gu'))];
    // Once in its own declaration; anywhere else without a member access means it is passed on as a value.
    if (bare.length !== 1) continue;
    const rest = text
      .replace(`const ${name} = ${load};`, `const ${name}\u0000 = __lazy(() => ${load});`)
      .replaceAll(new RegExp(`(?<![\\w$.])${name}(?=\\s*\\.)`, 'gu'), `${name}()`);
    text = rest.replace(`const ${name}\u0000`, `const ${name}`);
  }
  text = text.replaceAll(
    REEXPORT,
    'Object.defineProperty(exports, "$1", { enumerable: true, get: __lazy(() => $2) });',
  );
  return text === source ? source : LAZY + text;
}

/** oclif's core loads all of itself at once; a command needs a third of it. */
export const lazyCore: Plugin = {
  name: 'lazy-core',
  setup(build) {
    build.onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/u }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: EAGER.test(path) ? source : deferRequires(source), loader: 'js' };
    });
  },
};
