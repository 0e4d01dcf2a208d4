import { listedPermits } from '../../engine/permits.js';
import type { DesiredBundle } from '../bundle.js';
import type { PolicyFault } from '../fault.js';
import { lintBundles } from './check.js';

/**
 * What the engines find, and allow-lists that govern every agent: a bundle that permits anything refuses what it does not
 * permit, so one that was written for some agents stops all others where nobody says whose it is.
 */
export async function lintAssigned(
  bundles: readonly DesiredBundle[],
  signal?: AbortSignal,
): Promise<PolicyFault[]> {
  const found = await lintBundles(bundles, signal);
  const broken = new Set(found.filter(({ severity }) => severity === 'error').map(({ file }) => file));
  const unassigned = bundles.filter(({ file, forAllByDefault }) => forAllByDefault && !broken.has(file));
  return [...found, ...unassigned.flatMap(allowList)];
}

function allowList({ name, file, framework, rawPolicy, lineOffset }: DesiredBundle): PolicyFault[] {
  const [first, ...others] = listedPermits(framework, rawPolicy);
  if (first === undefined) return [];
  const { rule, line, column, excerpt } = first;
  const rules = [...new Set([rule, ...others.map((each) => each.rule)])];
  return [
    {
      severity: 'warning',
      code: 'permit_for_all',
      message: `${name} is assigned to \`all\` by default and permits some calls, so whatever ${rules.join(', ')} ${rules.length > 1 ? 'do' : 'does'} not permit is refused, for every agent`,
      file,
      line: line + lineOffset,
      column,
      excerpt,
      fix: 'say in thoth.policy.yaml whose it is: `assignments: [agent:<id>]`, or `[all]` if every agent is meant; a bundle without a permit leaves alone what it does not forbid',
    },
  ];
}
