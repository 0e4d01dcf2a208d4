import { ThothctlError } from '../../../errors/index.js';
import { sealRecord, type SealedRecord } from '../../../evidence/chain.js';
import type { Signer } from '../../../evidence/signature.js';
import { StoreConflict } from '../port.js';
import type { SqlValue } from '../sqlite-driver.js';
import type { StatementCache } from '../statement-cache.js';
import type { ChainHeads } from './chain-heads.js';
import { EVIDENCE_COLUMNS, type CommitRequest, type Parameter, type Place } from './protocol.js';

const INSERT_EVIDENCE =
  `INSERT INTO evidence (tenant_id, chain_index, ${EVIDENCE_COLUMNS.join(', ')}, record) ` +
  `VALUES (?, ?, ${EVIDENCE_COLUMNS.map(() => '?').join(', ')}, ?)`;

export interface UnitTools {
  readonly statements: StatementCache;
  readonly heads: ChainHeads;
  readonly signer: Signer;
}

/** Applies one unit inside the open transaction and returns the places of its evidence. Throws to have it taken back. */
export function applyUnit(unit: CommitRequest, tools: UnitTools): Place[] {
  const [, tenantId, guards, evidence, rows] = unit;
  const { statements, heads } = tools;
  for (const [sql, parameters, expected] of guards) {
    const found = statements.prepare(sql).all(...parameters.map((value) => bind(value, []))).length;
    if (found !== expected)
      throw new StoreConflict(
        `a precondition of the change no longer holds (${found} rows, not ${expected})`,
      );
  }
  const sealed: SealedRecord[] = [];
  let head = heads.get(tenantId);
  for (const [parts, outcome, tenant, columns] of evidence) {
    const record = sealRecord({ parts, receipt: { outcome, tenant } }, head, tools.signer);
    statements.prepare(INSERT_EVIDENCE).run(tenantId, record.chain_index, ...columns, record.text);
    sealed.push(record);
    head = record;
  }
  for (const [sql, parameters] of rows) {
    statements.prepare(sql).run(...parameters.map((value) => bind(value, sealed)));
  }
  if (sealed.length > 0) heads.move(tenantId, { chain_index: head.chain_index, hash: head.hash });
  return sealed.map((record) => [record.chain_index, record.hash, record.signature]);
}

function bind(value: Parameter, sealed: readonly SealedRecord[]): SqlValue {
  if (typeof value !== 'object' || value === null) return value;
  const record = sealed[value.evidenceRef];
  if (record) return record[value.member];
  throw new ThothctlError({
    code: 'invalid_statement',
    message: `a statement refers to evidence ${value.evidenceRef}, which the unit does not have`,
    exit: 'unexpected',
  });
}
