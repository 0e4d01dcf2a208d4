import { isAssigned } from '../assignment.js';
import type { BundleVerdict, TenantSnapshot } from '../types.js';
import type { ExplainedStep } from './explain.js';

/** What each bundle in force said about the call, those that were not asked included. */
export function bundleSteps(
  { bundles }: TenantSnapshot,
  agentId: string,
  verdicts: readonly BundleVerdict[],
): ExplainedStep[] {
  return bundles.map((bundle): ExplainedStep => {
    const step = `bundle ${bundle.name}@${bundle.version}`;
    const verdict = verdicts.find((each) => each.bundleId === bundle.id);
    if (verdict !== undefined) return { step, ...opinion(verdict) };
    const detail = isAssigned(bundle.assignments, agentId)
      ? 'it was not evaluated'
      : `it governs ${bundle.assignments.join(', ')}, not ${agentId}`;
    return { step, outcome: 'not asked', detail };
  });
}

function opinion(verdict: BundleVerdict): Omit<ExplainedStep, 'step'> {
  const rules = verdict.ruleIds.length > 0 ? `rule ${verdict.ruleIds.join(', ')}` : 'no rule holds';
  const found = verdict.failure === undefined ? rules : `failed: ${verdict.failure}`;
  const reason = verdict.reason === undefined ? '' : `: ${verdict.reason}`;
  const flags = verdict.flags === undefined ? '' : `; flags ${verdict.flags.join(', ')}`;
  const binding = verdict.binding ? '' : '; observed only, it does not bind';
  return {
    outcome: verdict.outcome === 'NO_OPINION' ? 'no opinion' : verdict.outcome,
    detail: `${found}${reason}${flags}${binding}`,
  };
}
