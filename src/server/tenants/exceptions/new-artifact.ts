import type { ServerContext } from '../../context.js';
import type { JsonObject } from '../json-documents.js';
import type { ApprovedChange } from './approved-change.js';
import type { ArtifactRow } from './artifact-row.js';
import { renderPolicies } from './render-policies.js';

export interface ArtifactOrder {
  readonly tenantId: string;
  readonly change: ApprovedChange;
  readonly owner: string | undefined;
  readonly targetEnvironment: string | undefined;
  readonly policyChange: JsonObject | undefined;
}

/** The artifact of an approval, in place of an earlier one of the same request. Nothing of it is applied yet. */
export function newArtifact(
  { clock, newId }: Pick<ServerContext, 'clock' | 'newId'>,
  { tenantId, change, owner, targetEnvironment, policyChange }: ArtifactOrder,
  before?: ArtifactRow,
): ArtifactRow {
  const now = clock.now();
  return {
    tenant_id: tenantId,
    request_id: change.requestId,
    artifact_id: before?.artifact_id ?? newId('art'),
    target_environment: targetEnvironment ?? null,
    document: JSON.stringify({ owner, policy_change: policyChange, policies: renderPolicies(change) }),
    created_at: before?.created_at ?? now,
    updated_at: now,
  };
}
