import { ThothctlError } from '../../../errors/index.js';
import { sealRecord, type SealedRecord } from '../../../evidence/chain.js';
import type { Signer } from '../../../evidence/signature.js';
import type { EvidenceDraft } from '../../../evidence/types.js';
import { StoreConflict, type EvidenceRef } from '../port.js';
import type { SqlValue } from '../sqlite-driver.js';
import { toSqlValue } from '../sql-value.js';
import type { StatementCache } from '../statement-cache.js';
import type { ChainHeads } from './chain-heads.js';
import type { CommitRequest, Parameter } from './protocol.js';

const INSERT_EVIDENCE =
  'INSERT INTO evidence (tenant_id, chain_index, kind, evidence_id, occurred_at, session_id, agent_id, user_id, ' +
  'tool_name, decision, reason_code, violation_id, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';

export interface UnitTools {
  readonly statements: StatementCache;
  readonly heads: ChainHeads;
  readonly signer: Signer;
}

/** Applies one unit inside the open savepoint and returns its canonical records. Throws to have it taken back. */
export function applyUnit(unit: CommitRequest, tools: UnitTools): string[] {
  const { statements, heads } = tools;
  for (const [sql, parameters, rows] of unit.guards) {
    const found = statements.prepare(sql).all(...parameters.map((value) => bind(value, []))).length;
    if (found !== rows)
      throw new StoreConflict(`a precondition of the change no longer holds (${found} rows, not ${rows})`);
  }
  const sealed: SealedRecord[] = [];
  let head = heads.get(unit.tenantId);
  for (const draft of unit.evidence) {
    const record = sealRecord(unit.tenantId, draft, head, tools.signer);
    insertEvidence(statements, unit.tenantId, draft, record);
    sealed.push(record);
    head = record;
  }
  for (const [sql, parameters] of unit.statements) {
    statements.prepare(sql).run(...parameters.map((value) => bind(value, sealed)));
  }
  if (sealed.length > 0) heads.move(unit.tenantId, { chain_index: head.chain_index, hash: head.hash });
  return sealed.map((record) => record.text);
}

function insertEvidence(
  statements: StatementCache,
  tenantId: string,
  draft: EvidenceDraft,
  record: SealedRecord,
): void {
  const occurredAt = Date.parse(draft.occurred_at);
  if (Number.isNaN(occurredAt))
    throw invalid(`occurred_at of evidence ${draft.evidence_id} is not an instant`);
  const filter = (member: string): string | null => {
    const value = draft.body[member];
    return typeof value === 'string' ? value : null;
  };
  statements
    .prepare(INSERT_EVIDENCE)
    .run(
      tenantId,
      record.chain_index,
      draft.kind,
      draft.evidence_id,
      occurredAt,
      filter('session_id'),
      filter('agent_id'),
      filter('user_id'),
      filter('tool_name'),
      filter('decision'),
      filter('decision_reason_code'),
      filter('violation_id'),
      record.text,
    );
}

function bind(value: Parameter, sealed: readonly SealedRecord[]): SqlValue {
  if (!isEvidenceRef(value)) return toSqlValue(value);
  const record = sealed[value.evidenceRef];
  if (!record)
    throw invalid(`a statement refers to evidence ${value.evidenceRef}, which the unit does not have`);
  return record[value.member];
}

function isEvidenceRef(value: Parameter): value is EvidenceRef {
  return typeof value === 'object' && value !== null && 'evidenceRef' in value;
}

function invalid(message: string): ThothctlError {
  return new ThothctlError({ code: 'invalid_statement', message, exit: 'unexpected' });
}
