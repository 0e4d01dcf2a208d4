import type { PackAssignment, PackOverrides } from '../../../contract/govapi/types.js';
import { packOf } from '../../../engine/packs/catalogue/index.js';
import type { Database } from '../../store/schema.js';
import { instant, parseDocument } from '../json-documents.js';

export type AssignmentRow = Database['pack_assignments'];

/** Overrides as the contract names them; they were checked against it when they were written. */
export function overridesOf(row: Pick<AssignmentRow, 'overrides'>): PackOverrides | null {
  return row.overrides === null ? null : parseDocument(row.overrides);
}

/** An assignment this release has no rules for is shown as failed: it is recorded, and nothing of it is in force. */
function statusOf(row: AssignmentRow): PackAssignment['status'] {
  if (row.revoked_at !== null) return 'revoked';
  const known = packOf(row.pack_id)?.versions.some(({ ruleVersion }) => ruleVersion === row.rule_version);
  return known === true ? 'active' : 'failed';
}

export function presentAssignment(row: AssignmentRow): PackAssignment {
  return {
    agent_id: row.agent_id,
    pack_id: row.pack_id,
    status: statusOf(row),
    regulation: packOf(row.pack_id)?.regime ?? null,
    rule_version: row.rule_version,
    applied_by: row.applied_by,
    applied_at: instant(row.applied_at),
    revoked_at: instant(row.revoked_at),
    approval_policy_id: row.approval_policy_id,
    environment: row.environment,
    overrides: overridesOf(row),
  };
}
