import type { Framework } from '../engine/types.js';
import type { PlaceInFile } from './document.js';

export const POLICY_MODES = ['enforce', 'observe'] as const;
export const POLICY_STATUSES = ['active', 'staged', 'paused'] as const;
export type PolicyMode = (typeof POLICY_MODES)[number];
export type PolicyStatus = (typeof POLICY_STATUSES)[number];

/** A bundle as the directory wants it on the control plane. */
export interface DesiredBundle {
  readonly name: string;
  readonly framework: Framework;
  /** Path relative to the policy directory, with forward slashes. */
  readonly file: string;
  /** Trimmed source: what is sent, hashed and shown in diagnostics. */
  readonly rawPolicy: string;
  /** Lines cut off in front of `rawPolicy`, so that diagnostics name the line the author sees. */
  readonly lineOffset: number;
  /** SHA-256 of the UTF-8 bytes of `rawPolicy`, lower-case hex. */
  readonly policyHash: string;
  readonly assignments: readonly string[];
  /** It is assigned to all because no manifest says whose it is. */
  readonly forAllByDefault?: boolean;
  readonly mode: PolicyMode;
  readonly status: PolicyStatus;
  readonly description: string;
  /** Where a manifest declares it; undefined for a file that is a bundle by being there. */
  readonly declaredAt?: PlaceInFile;
}

/** A bundle version as the control plane lists it, narrowed to what the comparison needs. */
export interface RemoteBundle {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly framework: string;
  readonly policy_hash: string;
  readonly raw_policy?: string | null | undefined;
  readonly assignments: readonly string[];
  readonly enforcement_mode: string;
  readonly status: string;
  readonly description?: string | null | undefined;
  readonly created_by?: string | null | undefined;
  readonly provenance?:
    | {
        readonly git_commit?: string | undefined;
        readonly git_author?: string | undefined;
        readonly git_modified?: boolean | undefined;
        readonly ci_run_url?: string | undefined;
      }
    | undefined;
}

export function frameworkOf(file: string): Framework | undefined {
  if (/\.cedar$/i.test(file)) return 'CEDAR';
  if (/\.rego$/i.test(file)) return 'OPA';
  return undefined;
}
