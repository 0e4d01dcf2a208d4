import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface BundledProgram {
  /** Path of the runnable CommonJS file. */
  readonly file: string;
  remove(): Promise<void>;
}

/**
 * Bundles a TypeScript program and its worker threads as the shipped build does, for tests that start it many times:
 * it then starts in a tenth of the time it takes from sources. `source` is relative to the repository.
 */
export async function bundleProgram(
  source: string,
  workers: Readonly<Record<string, string>>,
): Promise<BundledProgram> {
  // Inside the repository, so that packages left out of the bundle are found.
  const folder = join(ROOT, 'node_modules', '.cache', `program-${process.pid}-${Date.now()}`);
  await mkdir(folder, { recursive: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: { program: source, ...workers },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: { __THOTHCTL_BUNDLED__: 'true' },
    logOverride: { 'empty-import-meta': 'silent' },
  });
  return { file: join(folder, 'program.cjs'), remove: () => rm(folder, { recursive: true, force: true }) };
}
