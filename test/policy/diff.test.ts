import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredBundle, RemoteBundle } from '../../src/policy/bundle.js';
import { policyHash } from '../../src/policy/content-hash.js';
import { diffPolicy, pendingChanges } from '../../src/policy/diff.js';

const word = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const desiredBundle: fc.Arbitrary<DesiredBundle> = fc
  .record({
    name: word,
    framework: fc.constantFrom('CEDAR' as const, 'OPA' as const),
    rawPolicy: fc.string({ minLength: 1 }).map((text) => `p${text.trim()}`),
    assignments: fc.uniqueArray(fc.constantFrom('all', 'agent:x', 'agent:y'), { minLength: 1 }),
    mode: fc.constantFrom('enforce' as const, 'observe' as const),
    status: fc.constantFrom('active' as const, 'staged' as const, 'paused' as const),
    description: fc.constantFrom('', 'why'),
  })
  .map((bundle) => ({
    ...bundle,
    file: `${bundle.name}.x`,
    lineOffset: 0,
    policyHash: policyHash(bundle.rawPolicy),
  }));
const directory = fc.uniqueArray(desiredBundle, { selector: (bundle) => bundle.name });

/** What a control plane lists after it accepted the bundle as its `version`. */
function accepted(bundle: DesiredBundle, version: number): RemoteBundle {
  return {
    id: `${bundle.name}-${version}`,
    name: bundle.name,
    version,
    framework: bundle.framework,
    policy_hash: bundle.policyHash,
    assignments: [...bundle.assignments].reverse(),
    enforcement_mode: bundle.mode,
    status: bundle.status,
    description: bundle.description === '' ? null : bundle.description,
  };
}

/** Applies the pending changes the way a push does. */
function push(desired: readonly DesiredBundle[], remote: readonly RemoteBundle[]): RemoteBundle[] {
  const top = Math.max(0, ...remote.map((bundle) => bundle.version));
  return [
    ...remote,
    ...pendingChanges(diffPolicy(desired, remote)).map((change) => accepted(change.desired, top + 1)),
  ];
}

describe('diffPolicy', () => {
  it('has nothing to send after a push, whatever was there before', () => {
    fc.assert(
      fc.property(directory, directory, (before, after) => {
        const remote = push(after, push(before, []));
        expect(pendingChanges(diffPolicy(after, remote))).toEqual([]);
      }),
    );
  });

  it('does not depend on the order of either side', () => {
    fc.assert(
      fc.property(directory, directory, (desired, others) => {
        const remote = push(desired.slice(1), push(others, []));
        expect(diffPolicy([...desired].reverse(), [...remote].reverse())).toEqual(
          diffPolicy(desired, remote),
        );
      }),
    );
  });

  it('names exactly the one bundle another client changed', () => {
    fc.assert(
      fc.property(
        directory.filter((bundles) => bundles.length > 0),
        fc.nat(),
        (desired, pick) => {
          const remote = push(desired, []);
          const victim = desired[pick % desired.length];
          if (victim === undefined) return;
          const changed = { ...accepted(victim, 99), policy_hash: policyHash('something else') };
          const pending = pendingChanges(diffPolicy(desired, [...remote, changed]));
          expect(pending.map((change) => change.desired.name)).toEqual([victim.name]);
          expect(pending[0]?.members).toEqual(['content']);
        },
      ),
    );
  });

  it('reads every notation the wire allows as the same bundle', () => {
    const desired: DesiredBundle = {
      name: 'n',
      framework: 'OPA',
      file: 'n.rego',
      rawPolicy: 'package p',
      lineOffset: 0,
      policyHash: policyHash('package p'),
      assignments: ['agent:x', 'y'],
      mode: 'observe',
      status: 'paused',
      description: '',
    };
    const remote: RemoteBundle = {
      id: '1',
      name: 'n',
      version: 3,
      framework: 'opa',
      policy_hash: `sha256:${policyHash('package p').toUpperCase()}`,
      assignments: ['agent:y', 'x'],
      enforcement_mode: 'observe',
      status: 'disabled',
      description: null,
    };
    expect(pendingChanges(diffPolicy([desired], [remote]))).toEqual([]);
    const otherHash = { ...remote, policy_hash: policyHash('OPApackage p'), raw_policy: 'package p\n' };
    expect(pendingChanges(diffPolicy([desired], [otherHash]))).toEqual([]);
  });

  it('lists bundles the directory does not name and leaves them alone', () => {
    const remote = push(
      [],
      [
        {
          id: 'x',
          name: 'theirs',
          version: 1,
          framework: 'CEDAR',
          policy_hash: '',
          assignments: ['all'],
          enforcement_mode: 'enforce',
          status: 'active',
        },
      ],
    );
    const diff = diffPolicy([], remote);
    expect(diff.unmanaged.map((bundle) => bundle.name)).toEqual(['theirs']);
    expect(pendingChanges(diff)).toEqual([]);
  });
});
