import { ThothctlError } from '../../errors/index.js';
import { isEvidenceRecord, type EvidenceRecord } from '../../evidence/index.js';

type Members = Readonly<Record<string, unknown>>;

/** A record as stored; it is sent out member by member as it is, so that anybody can hash it again. */
export function storedRecord(text: string): EvidenceRecord {
  const value: unknown = JSON.parse(text);
  if (!isEvidenceRecord(value)) {
    throw new ThothctlError({
      code: 'evidence_damaged',
      message: 'a stored evidence record lacks its chain members',
      exit: 'checkFailed',
    });
  }
  return value;
}

/** The named members that the record has; a read model never makes up the others. */
export function present(record: Members, names: readonly string[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const name of names) {
    const value = record[name];
    if (value !== undefined && value !== null) row[name] = value;
  }
  return row;
}

export function textMember(record: Members, name: string): string | undefined {
  const value = record[name];
  return typeof value === 'string' ? value : undefined;
}
