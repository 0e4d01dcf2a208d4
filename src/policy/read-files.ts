import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { usageError } from '../errors/index.js';
import { frameworkOf } from './bundle.js';
import type { PolicyFault } from './fault.js';
import { MANIFEST_NAMES } from './manifest/read.js';

/** Larger than any policy a person writes; a bigger one is a mistake, and the server refuses it anyway. */
const LARGEST_FILE = 1024 * 1024;
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
      `policy path ${path} cannot be read: ${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'}`,
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
  return readAll(root, await policyPaths(root, root));
}

function isManifest(name: string): boolean {
  return MANIFEST_NAMES.some((each) => each === name);
}

async function policyPaths(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
      const full = join(folder, entry.name);
      if (entry.isDirectory()) return policyPaths(root, full);
      const path = relative(root, full).split(sep).join('/');
      if (!isManifest(entry.name) && (!frameworkOf(entry.name) || /_test\.rego$/i.test(entry.name)))
        return [];
      return [path];
    }),
  );
  return nested.flat().sort();
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
    faults: faults.sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

async function readOne(root: string, path: string): Promise<string | PolicyFault> {
  const fault = (code: string, message: string, fix: string): PolicyFault => ({
    severity: 'error',
    code,
    message,
    file: path,
    line: 1,
    column: 1,
    fix,
  });
  try {
    const real = await realpath(join(root, path));
    // A link out of the directory would let a policy repository upload any file of the machine it is pushed from.
    if (!real.startsWith(root + sep))
      return fault(
        'policy_outside',
        'the link leads out of the directory',
        'replace the link by the file itself',
      );
    const info = await stat(real);
    if (!info.isFile())
      return fault('policy_unreadable', 'it is not a regular file', 'remove it from the directory');
    if (info.size > LARGEST_FILE)
      return fault(
        'policy_too_large',
        `it has ${info.size} bytes; a policy file may have at most ${LARGEST_FILE}`,
        'split it into several bundles; facts about calls come as policy context with the call, not in the policy',
      );
    const bytes = await readFile(real);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError)
      return fault('policy_encoding', 'it is not valid UTF-8 text', 'save it as UTF-8');
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    return fault(
      'policy_unreadable',
      `it cannot be read (${reason})`,
      'check that it exists and may be read',
    );
  }
}
