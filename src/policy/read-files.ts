import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { errorCode, usageError } from '../errors/index.js';
import { frameworkOf } from './bundle.js';
import type { PolicyFault } from './fault.js';
import { MANIFEST_NAMES } from './manifest/read.js';
import { fileFault, readAuthored, unreadable } from './read-file.js';

/** Open files at a time: enough to hide latency, far below the descriptor limit. */
const READERS = 64;

export interface PolicyFiles {
  /** Relative path with forward slashes to text, in path order. */
  readonly files: ReadonlyMap<string, string>;
  /** Every `thoth.policy.yaml` of the directory, by relative path. */
  readonly manifests: ReadonlyMap<string, string>;
  readonly faults: readonly PolicyFault[];
}

/** Reads a policy directory, or a single policy file. Hidden folders, `node_modules` and `*_test.rego` are not policy. */
export async function readPolicyFiles(
  path: string,
  options: { readonly anyEnding?: boolean } = {},
): Promise<PolicyFiles> {
  const found = await stat(path).catch((cause: unknown) => {
    throw usageError(
      `policy path ${path} cannot be read: ${errorCode(cause) ?? 'unknown error'}`,
      'give an existing directory with .cedar or .rego files',
    );
  });
  const root = await realpath(path);
  if (found.isFile()) {
    const name = relative(join(root, '..'), root);
    if (isManifest(name)) return readPolicyFiles(join(root, '..'));
    if (!options.anyEnding && !frameworkOf(name))
      throw usageError(`${path} is neither a .cedar nor a .rego file`, 'give a directory or a policy file');
    return readAll(join(root, '..'), [name], options.anyEnding);
  }
  const faults: PolicyFault[] = [];
  const paths = await policyPaths(root, root, faults);
  const read = await readAll(root, paths);
  return { ...read, faults: [...faults, ...read.faults].sort((a, b) => (a.file < b.file ? -1 : 1)) };
}

function isManifest(name: string): boolean {
  return MANIFEST_NAMES.some((each) => each === name);
}

async function policyPaths(root: string, folder: string, faults: PolicyFault[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    faults.push(unreadable(relativePath(root, folder) || '.', cause));
    return [];
  });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
      const full = join(folder, entry.name);
      if (entry.isDirectory()) return policyPaths(root, full, faults);
      const path = relativePath(root, full);
      if (!isManifest(entry.name) && (!frameworkOf(entry.name) || /_test\.rego$/i.test(entry.name)))
        return [];
      return [path];
    }),
  );
  return nested.flat().sort();
}

function relativePath(root: string, full: string): string {
  return relative(root, full).split(sep).join('/');
}

async function readAll(root: string, paths: readonly string[], anyEnding = false): Promise<PolicyFiles> {
  const texts = new Map<string, string>();
  const faults: PolicyFault[] = [];
  const queue = [...paths].reverse();
  const reader = async (): Promise<void> => {
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      const outcome = await readOne(root, path);
      if (typeof outcome === 'string') texts.set(path, outcome);
      else faults.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(READERS, paths.length) }, reader));
  const those = (wanted: (path: string) => boolean): Map<string, string> =>
    new Map(
      paths.filter(wanted).flatMap((path) => {
        const text = texts.get(path);
        return text === undefined ? [] : [[path, text] as const];
      }),
    );
  return {
    files: those((path) => anyEnding || frameworkOf(path) !== undefined),
    manifests: those((path) => !anyEnding && isManifest(basename(path))),
    faults,
  };
}

async function readOne(root: string, path: string): Promise<string | PolicyFault> {
  try {
    const real = await realpath(join(root, path));
    // A link out of the directory would let a policy repository upload any file of the machine it is pushed from.
    if (!real.startsWith(root + sep))
      return fileFault(
        path,
        'policy_outside',
        'the link leads out of the directory',
        'replace the link by the file itself',
      );
    return await readAuthored(real, path);
  } catch (cause) {
    return unreadable(path, cause);
  }
}
