import * as fc from 'fast-check';
import type { DesiredBundle, RemoteBundle } from '../../src/policy/bundle.js';
import { policyHash } from '../../src/policy/content-hash.js';
import type { Step } from '../../src/policy/change/step.js';

const bundle: fc.Arbitrary<DesiredBundle> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'team/c', 'd'),
    word: fc.constantFrom('one', 'two', 'three'),
    assignments: fc.uniqueArray(fc.constantFrom('all', 'agent:x', 'agent:y'), { minLength: 1 }),
    state: fc.constantFrom(
      { mode: 'enforce' as const, status: 'active' as const },
      { mode: 'observe' as const, status: 'staged' as const },
      { mode: 'enforce' as const, status: 'paused' as const },
      { mode: 'observe' as const, status: 'paused' as const },
    ),
    description: fc.constantFrom('', 'why'),
  })
  .map(({ name, word, assignments, state, description }) => {
    const rawPolicy = `forbid (principal, action, resource) when { context.purpose == "${word}" };`;
    return {
      name,
      framework: 'CEDAR' as const,
      file: `${name}.cedar`,
      rawPolicy,
      lineOffset: 0,
      policyHash: policyHash(rawPolicy),
      assignments,
      ...state,
      description,
    };
  });

/** What a directory may want: any set of a few bundles, valid for a real control plane. */
export const directory = fc.uniqueArray(bundle, { selector: ({ name }) => name, maxLength: 4 });

/** A control plane in a few lines: what it lists after the steps. */
export function applied(steps: readonly Step[], remote: readonly RemoteBundle[]): RemoteBundle[] {
  const gone = new Set(steps.flatMap((step) => (step.action === 'delete' ? [step.name] : [])));
  const made = steps.flatMap((step): RemoteBundle[] => {
    if (step.action === 'delete') return [];
    const version = (step.newest?.version ?? 0) + 1;
    const id = `${step.name}-${version}-${Math.random()}`;
    if (!('desired' in step))
      return [{ ...step.from, id, version, enforcement_mode: step.mode, status: step.status }];
    const { desired } = step;
    return [
      {
        id,
        version,
        name: desired.name,
        framework: desired.framework,
        policy_hash: desired.policyHash,
        assignments: [...desired.assignments].reverse(),
        enforcement_mode: desired.mode,
        status: desired.status,
        description: desired.description === '' ? null : desired.description,
      },
    ];
  });
  return [...remote.filter(({ name }) => !gone.has(name)), ...made];
}
