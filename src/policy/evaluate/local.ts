import { bundlesFor } from '../../engine/assignment.js';
import type {
  BundleVerdict,
  Decision,
  EngineRequest,
  SessionFacts,
  TenantSnapshot,
} from '../../engine/types.js';
import type { DesiredBundle } from '../bundle.js';
import { policyEngine } from '../engine.js';
import { faultyPolicy } from '../fault.js';
import { lintBundles } from '../lint/check.js';
import { snapshotOf } from './snapshot.js';

interface Evaluated {
  readonly decision: Decision;
  readonly verdicts: readonly BundleVerdict[];
}

/** Bundles of a directory, ready to decide on calls as the server would, with the real engines in threads of their own. */
export interface LocalPolicy {
  readonly snapshot: TenantSnapshot;
  evaluate(request: EngineRequest, session: SessionFacts): Promise<Evaluated>;
  close(): Promise<void>;
}

/**
 * @throws ThothctlError `policy_invalid` with every fault when a bundle does not compile; `consequence` says what was
 * not done on account of it.
 */
export async function openPolicy(
  bundles: readonly DesiredBundle[],
  consequence: string,
  signal?: AbortSignal,
): Promise<LocalPolicy> {
  const faults = await lintBundles(bundles, signal);
  if (faults.some(({ severity }) => severity === 'error')) throw faultyPolicy(faults, consequence);
  const [{ decide }, { createEvaluator }] = await Promise.all([
    policyEngine(),
    import('../../engine/pool/index.js'),
  ]);
  const snapshot = snapshotOf(bundles);
  const evaluator = createEvaluator({ budgetMs: 5000 });
  return {
    snapshot,
    async evaluate(request, session) {
      signal?.throwIfAborted();
      const verdicts = await evaluator.evaluate(request, bundlesFor(snapshot, request.agentId), session);
      return { decision: decide(request, snapshot, session, verdicts), verdicts };
    },
    close: () => evaluator.close(),
  };
}
