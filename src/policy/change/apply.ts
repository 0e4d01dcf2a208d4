import { ThothctlError } from '../../errors/index.js';
import type { PolicyApi } from '../remote.js';
import { applyAsGroup } from './group.js';
import { applyOneByOne, applySingle } from './one-by-one.js';
import type { Provenance } from './provenance.js';
import type { Step } from './step.js';

export interface AppliedChange {
  readonly name: string;
  readonly action: Step['action'];
  /** Absent for a deletion. */
  readonly id?: string;
  readonly version?: number;
}

export interface ApplyOptions {
  /** Go on without a group where the control plane has none. */
  readonly oneByOne: boolean;
  readonly provenance: Provenance;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Makes the changes: all of them, or none, wherever the control plane can.
 * @throws ThothctlError `policy_drift` (exit 7) when a bundle changed since the steps were decided;
 * `push_incomplete` (exit 12) of a push one by one that could not be undone or was.
 */
export async function applySteps(
  api: PolicyApi,
  steps: readonly Step[],
  options: ApplyOptions,
): Promise<readonly AppliedChange[]> {
  if (steps.length === 0) return [];
  if (await api.extended({ signal: options.signal })) return applyAsGroup(api, steps, options);
  const [only] = steps;
  // One version more is one request: it cannot stop half-way.
  if (steps.length === 1 && only !== undefined && only.action !== 'delete')
    return [await applySingle(api, only, options.signal)];
  if (options.oneByOne) return applyOneByOne(api, steps, options);
  throw new ThothctlError({
    code: 'atomic_push_unavailable',
    message: `${api.baseUrl} cannot change ${steps.length} bundles as one; nothing was sent`,
    exit: 'usage',
    fix: 'with --no-atomic every bundle is staged first, then promoted, and what was done is undone on a failure',
  });
}
