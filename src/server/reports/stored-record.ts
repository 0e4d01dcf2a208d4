import type { EvidenceRecord } from '../../evidence/types.js';
import { ThothctlError } from '../../errors/index.js';

type Members = Readonly<Record<string, unknown>>;

/** A record as stored; it is sent out member by member as it is, so that anybody can hash it again. */
export function storedRecord(text: string): EvidenceRecord {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) {
    throw new ThothctlError({
      code: 'evidence_damaged',
      message: 'a stored evidence record lacks its chain members',
      exit: 'checkFailed',
    });
  }
  return value;
}

function isRecord(value: unknown): value is EvidenceRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'chain_index' in value &&
    typeof value.chain_index === 'number' &&
    ['previous_hash', 'hash', 'signature', 'key_id'].every(
      (name) => typeof Object.getOwnPropertyDescriptor(value, name)?.value === 'string',
    )
  );
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
