import { afterEach, expect, test } from 'vitest';
import { initial } from '../../../src/server/store/migrations/0001-initial.js';
import { migrate, schemaVersion } from '../../../src/server/store/migrations/index.js';
import { openSqlite, type SqliteDatabase } from '../../../src/server/store/sqlite-driver.js';

let database: SqliteDatabase | undefined;
afterEach(() => database?.close());

test('what a first release recorded is there after the upgrade', async () => {
  database = await openSqlite(':memory:');
  migrate(database, 'here', [initial]);
  expect(schemaVersion(database)).toBe(1);
  database.exec(`
    INSERT INTO evidence (tenant_id, chain_index, kind, evidence_id, occurred_at, record)
      VALUES ('acme', 1, 'decision', 'dec_1', 5, '{"chain_index":1}');
    INSERT INTO policy_inputs (tenant_id, chain_index, digest, input, recorded_at) VALUES ('acme', 1, 'aa', '{}', 5);
  `);
  migrate(database, 'here');
  expect(schemaVersion(database)).toBeGreaterThan(1);
  expect(database.prepare('SELECT record FROM evidence').all()).toEqual([{ record: '{"chain_index":1}' }]);
  expect(database.prepare('SELECT * FROM policy_inputs').all()).toEqual([
    { tenant_id: 'acme', chain_index: 1, digest: 'aa', input: '{}', recorded_at: 5 },
  ]);
  // A second start changes nothing.
  migrate(database, 'here');
});
