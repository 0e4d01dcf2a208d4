import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

/** Public entries of the package, by their place under `src` and `dist/lib`. */
export const LIBRARY = ['sdk/index', 'sdk/anthropic', 'sdk/openai', 'evidence/index'] as const;

async function emitTypes(root: string, entries: readonly string[], out: string): Promise<void> {
  const program = ts.createProgram(
    entries.map((entry) => join(root, 'src', `${entry}.ts`)),
    {
      declaration: true,
      emitDeclarationOnly: true,
      stripInternal: true,
      outDir: out,
      rootDir: join(root, 'src'),
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      esModuleInterop: true,
      verbatimModuleSyntax: true,
    },
  );
  const { diagnostics } = program.emit();
  for (const { messageText } of diagnostics)
    process.stderr.write(`types: ${ts.flattenDiagnosticMessageText(messageText, '\n')}\n`);
}

async function removeEmpty(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true });
  if (files.length === 0) await rm(folder, { recursive: true });
}

/** Builds the library exports: ESM with shared chunks, CommonJS, and types for both. */
export async function buildLibrary(root: string, dist: string): Promise<string[]> {
  const entries = LIBRARY.filter((entry) => existsSync(join(root, 'src', `${entry}.ts`)));
  const lib = join(dist, 'lib');
  await rm(lib, { recursive: true, force: true });
  if (entries.length === 0) return [];
  const entryPoints = Object.fromEntries(entries.map((entry) => [entry, join(root, 'src', `${entry}.ts`)]));
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
    entryPoints,
    // The error classes keep their names in user code.
    keepNames: true,
  } as const;
  await Promise.all([
    build({ ...common, format: 'esm', splitting: true, outdir: join(lib, 'esm') }),
    build({
      ...common,
      format: 'cjs',
      outdir: join(lib, 'cjs'),
      logOverride: { 'empty-import-meta': 'silent' },
    }),
    emitTypes(root, entries, join(lib, 'esm')),
  ]);
  await mkdir(join(lib, 'cjs'), { recursive: true });
  // The same declarations mean CommonJS modules when they stand in a CommonJS folder.
  await writeFile(join(lib, 'cjs', 'package.json'), '{"type":"commonjs"}\n');
  await cp(join(lib, 'esm'), join(lib, 'cjs'), {
    recursive: true,
    filter: (path) => !path.endsWith('.js'),
  });
  await removeEmpty(dirname(join(lib, 'cjs', 'package.json')));
  return [...entries];
}
