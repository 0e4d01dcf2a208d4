import type { PolicyInput } from '../input/build.js';
import type { RegoCompilation } from '../rego/policy.js';
import type { BundleSource, BundleVerdict, Framework, PolicyDiagnostic } from '../types.js';

/** `workerData` of the policy-worker chunk. Both roles are our own code in our own threads: no outside data. */
export interface WorkerRole {
  readonly role: 'decide' | 'compile';
  readonly heartbeat: SharedArrayBuffer;
}

/** Bundle definitions a deciding thread has not seen; referred to by number afterwards. */
export interface Lesson {
  readonly number: number;
  readonly bundle: BundleSource;
  /** Present for Rego. */
  readonly rego: RegoCompilation | undefined;
}

export interface BatchRequest {
  readonly lessons: readonly Lesson[];
  /** JSON of `BatchJob[]`: one text crosses a thread border faster than many objects. */
  readonly jobs: string;
}

export interface BatchJob {
  readonly bundles: readonly number[];
  readonly input: PolicyInput;
}

export interface BatchReply {
  /** Per job, per bundle: null stands for a plain NO_OPINION. */
  readonly verdicts: readonly (readonly (BundleVerdict | null)[])[];
  /** Ids of bundles that have become slow. */
  readonly slow: readonly string[];
}

export type CompileRequest =
  | { readonly id: number; readonly op: 'build'; readonly source: string }
  | {
      readonly id: number;
      readonly op: 'check';
      readonly framework: Framework;
      readonly sources: readonly string[];
    };

export type CompileReply =
  | { readonly id: number; readonly op: 'build'; readonly compilation: RegoCompilation }
  | {
      readonly id: number;
      readonly op: 'check';
      /** Of each source. */
      readonly diagnostics: readonly (readonly PolicyDiagnostic[])[];
    };
