import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { applyEdits } from '../../text-edits.js';
import { policyContent } from '../content-hash.js';
import { loadPolicy } from '../load.js';
import { writeInPlace } from '../write-in-place.js';
import { lintSource, type PolicySource } from './check.js';

/** A parser reports its first fault only, so a file with many needs as many rounds. */
const MOST_ROUNDS = 100;

/**
 * Applies every safe repair to the files of a directory; returns the files that changed. Comments and everything
 * around a repair stay as they are, and what is repaired has nothing left to repair.
 */
export async function fixDirectory(path: string, signal?: AbortSignal): Promise<readonly string[]> {
  const { bundles } = await loadPolicy(path);
  const root = (await stat(path)).isDirectory() ? path : dirname(path);
  const fixed: string[] = [];
  for (const bundle of new Map(bundles.map((each) => [each.file, each])).values()) {
    signal?.throwIfAborted();
    const repaired = await fixSource(bundle);
    if (repaired === bundle.rawPolicy) continue;
    const file = await realpath(join(root, bundle.file));
    const text = await readFile(file, 'utf8');
    // Changed under our hands: the next run sees what is there now.
    if (policyContent(text).rawPolicy !== bundle.rawPolicy) continue;
    await writeInPlace(
      file,
      text.replace(bundle.rawPolicy, () => repaired),
    );
    fixed.push(bundle.file);
  }
  return fixed.sort();
}

/** The text with its safe repairs. A round that makes more errors than there were is not kept. */
export async function fixSource(source: PolicySource): Promise<string> {
  let { rawPolicy } = source;
  let errors = Number.POSITIVE_INFINITY;
  let kept = rawPolicy;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = await lintSource({ ...source, rawPolicy, lineOffset: 0 });
    const now = found.filter((each) => each.severity === 'error').length;
    if (now > errors) return kept;
    errors = now;
    kept = rawPolicy;
    const edits = found.flatMap(({ edit }) => (edit === undefined ? [] : [edit]));
    if (edits.length === 0) return kept;
    rawPolicy = applyEdits(rawPolicy, edits);
  }
  return kept;
}
