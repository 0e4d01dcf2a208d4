import type { PolicyBundle, PolicyDiagnostic } from '../../../contract/govapi/types.js';
import type { Database } from '../../store/schema.js';
import {
  instant,
  objectMember,
  parseDocument,
  textList,
  textMember,
  type JsonObject,
} from '../json-documents.js';

export type BundleRow = Database['policy_bundles'];

/** A stored version with its columns narrowed. Its text is read only where it is needed: it may have a megabyte. */
export interface BundleFacts {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly framework: 'OPA' | 'CEDAR';
  readonly policyHash: string;
  readonly assignments: readonly string[];
  readonly status: 'active' | 'staged' | 'paused';
  readonly enforcementMode: 'enforce' | 'observe';
  readonly evaluable: boolean;
  /** The descriptive members: description, sources, provenance, diagnostics. */
  readonly document: JsonObject;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface StoredBundle extends BundleFacts {
  readonly rawPolicy: string;
}

export const FACT_COLUMNS = [
  'id',
  'name',
  'version',
  'framework',
  'policy_hash',
  'assignments',
  'status',
  'enforcement_mode',
  'evaluable',
  'document',
  'created_at',
  'updated_at',
] as const;

export function storedBundle(row: BundleRow): StoredBundle {
  return { ...bundleFacts(row), rawPolicy: row.raw_policy };
}

export function bundleFacts(row: Pick<BundleRow, (typeof FACT_COLUMNS)[number]>): BundleFacts {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    framework: row.framework === 'CEDAR' ? 'CEDAR' : 'OPA',
    policyHash: row.policy_hash,
    assignments: textList(JSON.parse(row.assignments)),
    status: row.status === 'active' || row.status === 'staged' ? row.status : 'paused',
    enforcementMode: row.enforcement_mode === 'enforce' ? 'enforce' : 'observe',
    evaluable: row.evaluable === 1,
    document: parseDocument(row.document),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

const NULLABLE_MEMBERS = [
  'description',
  'source_uri',
  's3_uri',
  's3_version_id',
  'expected_hash',
  'resolved_version',
  'created_by',
  'provisioned_via',
  'provisioner',
  'provisioner_version',
  'group_id',
] as const;

/** As clients see it. Lists leave the policy text out: a thousand bundles are compared by hash. */
export function presentBundle(bundle: BundleFacts & { readonly rawPolicy?: string }): PolicyBundle {
  const { document } = bundle;
  const described: Partial<Record<(typeof NULLABLE_MEMBERS)[number], string | null>> = {};
  for (const member of NULLABLE_MEMBERS) described[member] = textMember(document, member) ?? null;
  const diagnostics = storedDiagnostics(document['diagnostics']);
  const warning = textMember(document, 'warning');
  const provenance = objectMember(document, 'provenance');
  return {
    id: bundle.id,
    name: bundle.name,
    version: bundle.version,
    framework: bundle.framework,
    ...(bundle.rawPolicy === undefined ? {} : { raw_policy: bundle.rawPolicy }),
    policy_hash: bundle.policyHash,
    assignments: [...bundle.assignments],
    status: bundle.status,
    enforcement_mode: bundle.enforcementMode,
    evaluable: bundle.evaluable,
    ...described,
    ...(Object.keys(provenance).length === 0 ? {} : { provenance }),
    ...(diagnostics.length === 0 ? {} : { diagnostics }),
    ...(warning === undefined ? {} : { warning }),
    created_at: instant(bundle.createdAt),
    updated_at: instant(bundle.updatedAt),
  };
}

function storedDiagnostics(value: unknown): PolicyDiagnostic[] {
  return Array.isArray(value) ? value.filter(isDiagnostic) : [];
}

function isDiagnostic(value: unknown): value is PolicyDiagnostic {
  return (
    typeof value === 'object' &&
    value !== null &&
    'severity' in value &&
    (value.severity === 'error' || value.severity === 'warning') &&
    'line' in value &&
    typeof value.line === 'number' &&
    'column' in value &&
    typeof value.column === 'number'
  );
}
