import { watch } from 'node:fs/promises';

const SETTLE_MS = 150;

/** Yields once for every burst of changes to policies, manifests or tests below a folder, until the signal ends it. */
export async function* policyChanges(path: string, signal: AbortSignal): AsyncGenerator<string> {
  try {
    let last = 0;
    for await (const { filename } of watch(path, { recursive: true, signal })) {
      if (filename === null || !/\.(?:cedar|rego|ya?ml)$/iu.test(filename) || Date.now() - last < SETTLE_MS)
        continue;
      // An editor writes a file in several steps; the last of them is what is to be tested.
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      last = Date.now();
      yield filename;
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
}
