import { createHash } from 'node:crypto';
import type { PolicyMode, PolicyStatus, DesiredBundle, RemoteBundle } from '../bundle.js';

interface Named {
  readonly name: string;
}

/** A new version with a policy of the directory. */
export interface SendStep extends Named {
  readonly action: 'create' | 'change';
  readonly desired: DesiredBundle;
  readonly newest: RemoteBundle | undefined;
}

/** A new version with the policy of one that is already there. */
export interface CopyStep extends Named {
  readonly action: 'promote' | 'rollback';
  readonly from: RemoteBundle;
  readonly newest: RemoteBundle;
  readonly mode: PolicyMode;
  readonly status: PolicyStatus;
}

export interface DeleteStep extends Named {
  readonly action: 'delete';
  readonly newest: RemoteBundle;
  /** All of the name, oldest first: as long as the newest is there it governs. */
  readonly versions: readonly RemoteBundle[];
}

/** One change of one bundle. `newest` is the version it was decided upon. */
export type Step = SendStep | CopyStep | DeleteStep;

/** Everything that decides what a step does, as one line; the policy stands for itself by its hash. */
export function stepLine(step: Step): string {
  return JSON.stringify([step.action, step.name, step.newest?.id ?? null, ...saying(step)]);
}

function saying(step: Step): readonly unknown[] {
  switch (step.action) {
    case 'create':
    case 'change':
      return desiredFacts(step.desired);
    case 'delete':
      return [];
    default:
      return [step.from.id, step.mode, step.status];
  }
}

/** What makes two wanted bundles the same. */
export function desiredFacts(bundle: DesiredBundle): readonly unknown[] {
  return [
    bundle.framework,
    bundle.policyHash,
    [...bundle.assignments].sort(),
    bundle.mode,
    bundle.status,
    bundle.description,
  ];
}

/** SHA-256 over lines, whatever their order. */
export function digestOf(lines: readonly string[]): string {
  return createHash('sha256')
    .update([...lines].sort().join('\n'))
    .digest('hex');
}
