import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Set by the build; absent when running from TypeScript sources (tests, `bin/dev.js`). */
declare const __THOTHCTL_BUNDLED__: boolean | undefined;

/** Entry files of code that runs in its own thread, by chunk name, relative to `src/`. */
export const WORKER_ENTRIES = {
  'store-worker': 'server/store/worker/entry.ts',
  'policy-worker': 'engine/pool/entry.ts',
} as const;

export type WorkerName = keyof typeof WORKER_ENTRIES;

const bundled = typeof __THOTHCTL_BUNDLED__ !== 'undefined';

/** Folder of files shipped beside the code: `dist/` when bundled, `src/` otherwise. */
export function assetFolder(): string {
  return bundled ? __dirname : import.meta.dirname;
}

/**
 * Starts the named chunk in a worker thread. From sources the worker loads TypeScript through tsx, so that
 * the same call serves tests and the shipped build.
 */
export function startWorker(name: WorkerName, options: WorkerOptions = {}): Worker {
  if (bundled) return new Worker(join(assetFolder(), `${name}.cjs`), options);
  // `--import tsx` in execArgv is not honoured by Node 20 workers, so the loader is registered inside.
  const loader = pathToFileURL(
    join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist/esm/api/index.mjs'),
  ).href;
  const entry = new URL(WORKER_ENTRIES[name], import.meta.url).href;
  const source = `import(${JSON.stringify(loader)}).then(({register})=>{register();return import(${JSON.stringify(entry)})})`;
  return new Worker(source, { ...options, eval: true });
}
