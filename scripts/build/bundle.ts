import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { WORKER_ENTRIES } from '../../src/chunk.js';
import { ChunkQueue, PACKAGE_CHUNK, sharedErrors, splitChunks } from './chunks.js';
import { commandModules, topicModules, topics, type CommandModules } from './command-modules.js';
import { sharedFrame } from './shared-frame.js';
import { lazyBuiltins } from './lazy-builtins.js';
import { packageParts } from './package-parts.js';
import { fastWidth, lazyCore } from './lazy-core.js';

/**
 * `typescript` would be swallowed whole through oclif's loader of sources; the others hold native code or WebAssembly
 * that must be read from their own folders.
 */
const EXTERNAL = [
  'typescript',
  'ts-node',
  'tsx',
  '@photostructure/sqlite',
  '@cedar-policy/cedar-wasm',
  '@cedar-policy/cedar-wasm/nodejs',
  '@napi-rs/keyring',
  'pg-native',
  // oclif needs these to find plugins and sources, which this program never does; they stay out of the bundle.
  'tinyglobby',
  'semver',
  'lilconfig',
  'minimatch',
  'cli-spinners',
];

/** The typed client: of no use without main, unlike workers and servers, which run without it. */
const CLIENT_CHUNK = /^govapi/u;

const common = (root: string): BuildOptions => ({
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  charset: 'ascii',
  minify: true,
  legalComments: 'none',
  // A real `import()` cannot run inside a script that comes from a code cache.
  supported: { 'dynamic-import': false },
  external: EXTERNAL,
  define: { __THOTHCTL_BUNDLED__: 'true', 'process.env.NODE_ENV': '"production"' },
  logLevel: 'error',
  logOverride: { 'empty-import-meta': 'silent' },
  metafile: true,
  conditions: ['node', 'require'],
});

/**
 * An `import()` of a chunk sees `module.exports` as the default export, as Node's own import of CommonJS does. A package
 * whose default export is the thing itself (ora) is therefore exported as that thing, its other exports being members.
 */
const DEFAULT_IS_THE_PACKAGE =
  'if(typeof module.exports.default==="function")module.exports=Object.assign(module.exports.default,module.exports);';

/** Chunks of one package: whole, and importable by default and by name. */
const packageChunk: BuildOptions = {
  external: EXTERNAL.filter((name) => name !== 'cli-spinners'),
  // The other form of jsonc-parser hides its requires from a bundler.
  mainFields: ['module', 'main'],
  footer: { js: DEFAULT_IS_THE_PACKAGE },
};

/**
 * The loader reads chunks byte by character. `charset: ascii` escapes strings; regular expressions of packages may
 * still hold other characters, and an escape means the same there.
 */
async function toAscii(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const ascii = text.replace(/[^\0-\x7f]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
  if (ascii !== text) await writeFile(file, ascii);
}

export interface BundleReport {
  readonly metafiles: Readonly<Record<string, Metafile>>;
  /** Chunks that could not be built, with the reason. */
  readonly failures: readonly string[];
}

/** Builds one chunk per topic of commands, then main, completion, workers, and every chunk that an `import()` of heavy code asks for. */
export async function bundleProgram(
  root: string,
  dist: string,
  commands: CommandModules,
): Promise<BundleReport> {
  const queue = new ChunkQueue();
  const metafiles: Record<string, Metafile> = {};
  const one = async (name: string, entry: string, plugins: Plugin[]) => {
    const result = await build({
      ...common(root),
      entryPoints: [entry],
      outfile: join(dist, `${name}.cjs`),
      plugins,
      ...(name.startsWith(PACKAGE_CHUNK) && packageChunk),
    });
    if (result.metafile) metafiles[name] = result.metafile;
    await toAscii(join(dist, `${name}.cjs`));
  };
  const failures: string[] = [];
  const note = (name: string) => (error: unknown) => {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  };
  const split = splitChunks(root, queue);
  const frame = new Map<string, string>();
  await Promise.all(
    [...topics(commands)].map(([name, files]) =>
      one(name, 'thothctl:topic', [
        topicModules(commands.folder, files),
        split,
        sharedErrors,
        sharedFrame(root, frame),
        lazyCore,
        fastWidth,
        lazyBuiltins,
      ]).catch(note(name)),
    ),
  );
  await Promise.all([
    one('main', join(root, 'src/cli/boot/main.ts'), [
      commandModules(commands, frame),
      split,
      lazyCore,
      lazyBuiltins,
    ]),
    build({
      ...common(root),
      entryPoints: [join(root, 'src/cli/help.ts')],
      outfile: join(dist, 'help.cjs'),
      // Only oclif's own tools read this one, with their own copy of its core.
      packages: 'external',
    }),
    one('complete', join(root, 'src/cli/complete/entry.ts'), []),
    ...Object.entries(WORKER_ENTRIES)
      .filter(([, entry]) => existsSync(join(root, 'src', entry)))
      .map(([name, entry]) => one(name, join(root, 'src', entry), []).catch(note(name))),
  ]);
  const built = new Set<string>();
  for (;;) {
    const next = [...queue.entries].filter(([name]) => !built.has(name));
    if (next.length === 0) return { metafiles, failures };
    await Promise.all(
      next.map(([name, entry]) => {
        built.add(name);
        const plugins = [packageParts(root), split, sharedErrors, lazyCore, fastWidth, lazyBuiltins];
        // Main is built by now and offers what the commands asked for, which is all that their client asks for.
        if (CLIENT_CHUNK.test(name)) plugins.unshift(sharedFrame(root, frame));
        return one(name, entry, plugins).catch(note(name));
      }),
    );
  }
}
