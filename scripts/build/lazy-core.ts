import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** These run for their side effects, or are used before anything else. */
const EAGER = /[\\/]cache\.js$/u;
const IMPORT = /^(?:const|var) (\w+) = ((?:__importDefault\(|__importStar\()?require\("[^"]+"\)\)?);$/gmu;
const REEXPORT = /^exports\.(\w+) = (__importStar\(require\("[^"]+"\)\));$/gmu;

const LAZY = 'const __lazy = (load) => { let value; return () => (value ??= load()); };\n';

/** Defers every `require` of a compiled CommonJS module to the first use of what it gives. */
export function deferRequires(source: string): string {
  const bindings = [...source.matchAll(IMPORT)].flatMap(([, name, load]) =>
    name && load ? [{ name, load }] : [],
  );
  let text = source;
  for (const { name, load } of bindings) {
    const bare = [...text.matchAll(new RegExp(`(?<![\\w$.])${name}\\b(?!\\s*\\.)`, 'gu'))];
    // Once in its own declaration; anywhere else without a member access means it is passed on as a value.
    if (bare.length !== 1) continue;
    const rest = text
      .replace(
        new RegExp(`^(?:const|var) ${name} = .*$`, 'mu'),
        () => `const ${name}\u0000 = __lazy(() => ${load});`,
      )
      // `new x.Y()` would otherwise become `new x()`.
      .replaceAll(new RegExp(`\\bnew ${name}(?=\\s*\\.)`, 'gu'), `new (${name}())`)
      .replaceAll(new RegExp(`(?<![\\w$.])${name}(?=\\s*\\.)`, 'gu'), `${name}()`);
    text = rest.replace(`const ${name}\u0000`, `const ${name}`);
  }
  text = text.replaceAll(
    REEXPORT,
    'Object.defineProperty(exports, "$1", { enumerable: true, get: __lazy(() => $2) });',
  );
  return text === source ? source : LAZY + text;
}

const GETTERS = `
${LAZY}
const getters = (target, loaders) => {
  for (const [name, load] of Object.entries(loaders)) Object.defineProperty(target, name, { enumerable: true, get: __lazy(load) });
};
`;

/** Same exports as `ux/index.js`, which makes spinners and loads a JSON highlighter before anybody asks. */
const LAZY_UX = `
${GETTERS}
const spins = Boolean(process.stderr.isTTY) && !process.env.CI && !['dumb', 'emacs-color'].includes(process.env.TERM);
const loaders = {
  error: () => require('../errors/error').error,
  exit: () => require('../errors/exit').exit,
  warn: () => require('../errors/warn').warn,
  colorizeJson: () => require('./colorize-json').default,
  colorize: () => require('./theme').colorize,
  stderr: () => require('./write').stderr,
  stdout: () => require('./write').stdout,
  action: () => (spins ? new (require('./action/spinner').default)() : new (require('./action/simple').default)()),
};
getters(exports, loaders);
exports.ux = {};
getters(exports.ux, loaders);
`;

/** The part of `lib/index.js` that this program imports, without the check of the Node version on every start. */
const LAZY_INDEX = `
${GETTERS}
getters(exports, {
  Args: () => require('./args'),
  Command: () => require('./command').Command,
  CommandHelp: () => require('./help').CommandHelp,
  Config: () => require('./config').Config,
  Errors: () => require('./errors'),
  Flags: () => require('./flags'),
  Help: () => require('./help').Help,
  ux: () => require('./ux').ux,
});
`;

/** oclif logs through `debug`, which looks at terminals when it is loaded and says nothing unless `DEBUG` names somebody. */
const SILENT = 'process.env.DEBUG ? __importDefault(require("debug")) : { default: () => () => undefined }';

/** oclif's core loads all of itself at once; a command needs a third of it. */
export const lazyCore: Plugin = {
  name: 'lazy-core',
  setup(build) {
    build.onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (/[\\/]lib[\\/]index\.js$/u.test(path)) return { contents: LAZY_INDEX, loader: 'js' };
      if (/[\\/]ux[\\/]index\.js$/u.test(path)) return { contents: LAZY_UX, loader: 'js' };
      if (/[\\/]lib[\\/]logger\.js$/u.test(path))
        return { contents: source.replace('__importDefault(require("debug"))', SILENT), loader: 'js' };
      return { contents: EAGER.test(path) ? source : deferRequires(source), loader: 'js' };
    });
  },
};

/**
 * Help measures every word, and `string-width` builds a regular expression of ten kilobytes each time. Printable ASCII
 * is as wide as it is long.
 */
export const fastWidth: Plugin = {
  name: 'fast-width',
  setup(build) {
    build.onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      // Packages of today bring one that is no CommonJS; in it, `module` would be that of the whole chunk.
      if (!source.includes('module.exports')) return undefined;
      const contents = `${source}
const measure = module.exports;
const ascii = /^[ -~]*$/;
module.exports = (text) => (typeof text === 'string' && ascii.test(text) ? text.length : measure(text));
module.exports.default = module.exports;
`;
      return { contents, loader: 'js' };
    });
  },
};
