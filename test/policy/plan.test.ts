import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RemoteBundle } from '../../src/policy/bundle.js';
import { decideSteps } from '../../src/policy/change/plan.js';
import { stepLine } from '../../src/policy/change/step.js';
import { newestByName } from '../../src/policy/diff.js';
import { applied, directory } from './states.js';

const facts = (remote: readonly RemoteBundle[]) =>
  [...newestByName(remote).values()]
    .map((bundle) => [
      bundle.name,
      bundle.policy_hash,
      [...bundle.assignments].sort(),
      bundle.enforcement_mode,
      bundle.status,
      bundle.description ?? '',
    ])
    .sort();

describe('the plan of a push', () => {
  it('brings any state to any other, and has nothing left to do then', () => {
    fc.assert(
      fc.property(directory, directory, directory, (first, second, wanted) => {
        const start = applied(decideSteps(second, applied(decideSteps(first, []).steps, [])).steps, []);
        const after = applied(decideSteps(wanted, start, { prune: true }).steps, start);
        expect(decideSteps(wanted, after, { prune: true }).steps).toEqual([]);
        expect(facts(after)).toEqual(facts(applied(decideSteps(wanted, []).steps, [])));
      }),
    );
  });

  it('does not depend on the order of either side', () => {
    fc.assert(
      fc.property(directory, directory, fc.boolean(), (before, wanted, prune) => {
        const remote = applied(decideSteps(before, []).steps, []);
        const plan = decideSteps(wanted, remote, { prune });
        const turned = decideSteps([...wanted].reverse(), [...remote].reverse(), { prune });
        expect(turned.steps.map(stepLine)).toEqual(plan.steps.map(stepLine));
        expect([turned.localDigest, turned.remoteDigest]).toEqual([plan.localDigest, plan.remoteDigest]);
      }),
    );
  });

  it('staged first never touches what is in force, settles at once, and promotion makes it the same as a push', () => {
    fc.assert(
      fc.property(directory, directory, (before, wanted) => {
        const remote = applied(decideSteps(before, []).steps, []);
        const { steps } = decideSteps(wanted, remote, { stage: true });
        expect(steps.every((step) => 'desired' in step && step.desired.status !== 'active')).toBe(true);
        const staged = applied(steps, remote);
        expect(decideSteps(wanted, staged, { stage: true }).steps).toEqual([]);
        const pushed = applied(decideSteps(wanted, staged).steps, staged);
        expect(decideSteps(wanted, pushed).steps).toEqual([]);
      }),
    );
  });

  it('has another digest as soon as either side says anything else', () => {
    fc.assert(
      fc.property(directory, directory, directory, (wanted, other, before) => {
        const remote = applied(decideSteps(before, []).steps, []);
        const plan = decideSteps(wanted, remote);
        const same = decideSteps(other, applied(decideSteps(wanted, []).steps, [])).steps.length === 0;
        const alike = same && wanted.length === other.length;
        expect(decideSteps(other, remote).localDigest === plan.localDigest).toBe(alike);
        const [moved] = wanted;
        if (moved === undefined) return;
        const again = { ...moved, description: 'another' };
        const drifted = applied(decideSteps([again], remote).steps, remote);
        expect(decideSteps(wanted, drifted).remoteDigest).not.toBe(plan.remoteDigest);
      }),
    );
  });

  it('of ten thousand bundles takes less than two seconds of processor time', () => {
    const [sample] = fc.sample(
      directory.filter(({ length }) => length > 0),
      { numRuns: 1, seed: 1 },
    );
    const many = (word: string) =>
      Array.from({ length: 10_000 }, (_, n) => ({
        ...sample![0]!,
        name: `${word}-${n}`,
        policyHash: `${n}`,
      }));
    const remote = applied(decideSteps([...many('kept'), ...many('gone')], []).steps, []);
    const began = process.cpuUsage();
    expect(decideSteps(many('kept'), remote).steps).toEqual([]);
    expect(decideSteps(many('new'), remote, { prune: true }).steps).toHaveLength(30_000);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});
