import { ThothctlError } from '../../errors/index.js';
import { prepareRecord } from '../../evidence/chain.js';
import type { EvidenceDraft } from '../../evidence/types.js';
import type { EvidenceRef, WriteUnit } from './port.js';
import { toSqlValue } from './sql-value.js';
import type { CommitRequest, EvidenceRow, Parameter } from './worker/protocol.js';

/** A unit as it travels to the writer, with everything done to it that does not need its place on the chain. */
export function commitRequest({ tenantId, guards, evidence, statements }: WriteUnit): CommitRequest {
  return [
    'commit',
    tenantId,
    (guards ?? []).map(({ query, rows }) => [query.sql, query.parameters.map(parameter), rows]),
    evidence.map((draft) => evidenceRow(tenantId, draft)),
    statements.map((query) => [query.sql, query.parameters.map(parameter)]),
  ];
}

function evidenceRow(tenantId: string, draft: EvidenceDraft): EvidenceRow {
  const occurredAt = Date.parse(draft.occurred_at);
  if (Number.isNaN(occurredAt))
    throw invalid(`occurred_at of evidence ${draft.evidence_id} is not an instant`);
  const { parts, receipt } = prepareRecord(tenantId, draft);
  const { session_id, agent_id, user_id, tool_name, decision, decision_reason_code } = draft.body;
  const { violation_id, endpoint_id } = draft.body;
  const searched = [
    session_id,
    agent_id,
    user_id,
    tool_name,
    decision,
    decision_reason_code,
    violation_id,
    endpoint_id,
  ];
  return [
    parts,
    receipt.outcome,
    receipt.tenant,
    [draft.kind, draft.evidence_id, occurredAt, ...searched.map(textOrNull)],
  ];
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function parameter(value: unknown): Parameter {
  return isEvidenceRef(value) ? value : toSqlValue(value);
}

function isEvidenceRef(value: unknown): value is EvidenceRef {
  return typeof value === 'object' && value !== null && 'evidenceRef' in value && 'member' in value;
}

function invalid(message: string): ThothctlError {
  return new ThothctlError({ code: 'invalid_statement', message, exit: 'unexpected' });
}
