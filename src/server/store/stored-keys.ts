import { ThothctlError } from '../../errors/index.js';
import type { StoredKey } from './port.js';
import type { SqliteDatabase } from './sqlite-driver.js';

/** Public keys of a database, oldest first. */
export function storedKeys(database: SqliteDatabase): readonly StoredKey[] {
  const rows = database
    .prepare(
      'SELECT key_id, public_key, created_at, retired_at FROM signing_keys ORDER BY created_at, key_id',
    )
    .all();
  return rows.filter(isKeyRow).map((row) => ({
    keyId: row.key_id,
    publicKeyPem: row.public_key,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
  }));
}

/** The key that signs. Throws `signing_key_missing` when every key is retired. */
export function activeKey(keys: readonly StoredKey[]): StoredKey {
  const active = keys.findLast((key) => key.retiredAt === null);
  if (active) return active;
  throw new ThothctlError({
    code: 'signing_key_missing',
    message: 'no signing key is active',
    exit: 'unexpected',
  });
}

interface KeyRow {
  key_id: string;
  public_key: string;
  created_at: number;
  retired_at: number | null;
}

function isKeyRow(row: unknown): row is KeyRow {
  return (
    typeof row === 'object' &&
    row !== null &&
    'key_id' in row &&
    typeof row.key_id === 'string' &&
    'public_key' in row &&
    typeof row.public_key === 'string' &&
    'created_at' in row &&
    typeof row.created_at === 'number' &&
    'retired_at' in row &&
    (row.retired_at === null || typeof row.retired_at === 'number')
  );
}
