import type { PolicyEvaluator } from '../context.js';

/** Stands in while the evaluator is not part of the build: what a bundle governs is refused, nothing is waved through. */
export function createEvaluator(): PolicyEvaluator {
  return {
    evaluate: (_request, bundles) =>
      Promise.resolve(
        bundles.map((bundle) => ({
          bundleId: bundle.id,
          bundleName: bundle.name,
          bundleVersion: bundle.version,
          binding: bundle.binding,
          outcome: 'BLOCK' as const,
          ruleIds: [],
          reasonCode: 'policy_evaluation_failed',
          reason: 'no policy evaluator in this build',
          namesTool: false,
          failure: 'no policy evaluator in this build',
        })),
      ),
    check: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}
