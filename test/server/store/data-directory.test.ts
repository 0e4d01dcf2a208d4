import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  backupDataDirectory,
  openStore,
  restoreBackup,
  type Store,
} from '../../../src/server/store/index.js';
import { openSqlite } from '../../../src/server/store/sqlite-driver.js';
import { decisionDraft } from '../../support/evidence-chain.js';
import { exportStore } from '../../support/export-store.js';
import { secondOpinion } from '../../support/second-verifier.js';

let folder: string;
let data: string;
const opened: Store[] = [];

async function open(dataDir = data): Promise<Store> {
  const store = await openStore({ dataDir });
  opened.push(store);
  return store;
}

const append = (store: Store, i: number) =>
  store.commit({ tenantId: 't', statements: [], evidence: [decisionDraft(i)] });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-data-'));
  data = join(folder, 'deep', 'data');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

test('a second writer is refused with the pid of the first, and admitted once that has closed', async () => {
  const first = await open();
  await expect(open()).rejects.toMatchObject({
    code: 'data_directory_locked',
    message: expect.stringContaining(`process ${process.pid}`),
    exitCode: 7,
  });
  await first.close();
  await append(await open(), 1);
});

test('a data directory of a newer release is refused and left as it was', async () => {
  await (await open()).close();
  const database = await openSqlite(join(data, 'thoth.db'));
  database.exec("UPDATE meta SET value = '99' WHERE key = 'schema_version'");
  database.close();
  const before = await readFile(join(data, 'thoth.db'));
  await expect(open()).rejects.toMatchObject({ code: 'data_directory_newer', details: { found: 99 } });
  expect(await readFile(join(data, 'thoth.db'))).toEqual(before);
});

test('a path that is no directory, a damaged database and a lost key are named', async () => {
  await mkdir(join(folder, 'deep'));
  await writeFile(data, 'a file');
  await expect(open()).rejects.toMatchObject({
    code: 'data_directory_unusable',
    message: expect.stringContaining(data),
  });
  await expect(open(join(data, 'below'))).rejects.toMatchObject({ code: 'data_directory_unusable' });

  const damaged = join(folder, 'damaged');
  await mkdir(damaged);
  await writeFile(join(damaged, 'thoth.db'), 'not a database at all, '.repeat(100));
  await expect(open(damaged)).rejects.toMatchObject({ code: 'data_directory_damaged' });

  const keyless = join(folder, 'keyless');
  await (await open(keyless)).close();
  await rm(join(keyless, 'keys'), { recursive: true });
  await expect(open(keyless)).rejects.toMatchObject({ code: 'signing_key_missing' });
});

test('a backup taken during commits restores to a chain that verifies and goes on', async () => {
  const store = await open();
  for (let i = 1; i <= 20; i++) await append(store, i);
  const file = join(folder, 'backup.db');
  const busy = Promise.all(Array.from({ length: 200 }, (_, i) => append(store, 21 + i)));
  await store.backup(file);
  await busy;
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  const restored = join(folder, 'restored');
  await mkdir(restored);
  await restoreBackup(file, restored);
  expect((await stat(restored)).mode & 0o777).toBe(0o700);
  const copy = await open(restored);
  expect(copy.keys()).toEqual(store.keys());
  const { chain_index } = await copy.signedHead('t');
  expect(chain_index).toBeGreaterThanOrEqual(20);
  expect((await append(copy, 999)).evidence[0]).toMatchObject({ chain_index: chain_index + 1 });
  const exported = join(folder, 'export.ndjson');
  await exportStore(copy, 't', exported);
  expect(await secondOpinion(exported)).toMatchObject({ outcome: 'verified', records: chain_index + 1 });
  const { tables } = await copy.read.introspection
    .getTables()
    .then((all) => ({ tables: all.map((table) => table.name) }));
  expect(tables).not.toContain('backup_keys');
  expect((await readFile(join(restored, 'thoth.db'))).includes('PRIVATE KEY')).toBe(false);
});

test('backup and restore never overwrite, and leave nothing half done', async () => {
  await append(await open(), 1);
  const file = join(folder, 'backup.db');
  await backupDataDirectory(data, file);
  await expect(backupDataDirectory(data, file)).rejects.toMatchObject({ code: 'backup_exists' });
  await expect(backupDataDirectory(data, join(folder, 'no', 'such', 'x.db'))).rejects.toMatchObject({
    code: 'backup_failed',
  });
  await expect(backupDataDirectory(join(folder, 'nothing'), join(folder, 'y.db'))).rejects.toMatchObject({
    code: 'backup_failed',
  });
  await expect(restoreBackup(file, data)).rejects.toMatchObject({ code: 'data_directory_not_empty' });

  const junk = join(folder, 'junk');
  await writeFile(junk, 'junk');
  await expect(restoreBackup(junk, join(folder, 'r'))).rejects.toMatchObject({ code: 'backup_invalid' });
  await expect(restoreBackup(join(folder, 'absent'), join(folder, 'r'))).rejects.toMatchObject({
    code: 'backup_invalid',
  });
  await expect(restoreBackup(join(data, 'thoth.db'), join(folder, 'r'))).rejects.toMatchObject({
    code: 'backup_invalid',
  });
  expect((await readdir(folder)).sort()).toEqual(['backup.db', 'deep', 'junk']);
});

test.runIf(process.platform === 'linux')(
  'a full disk refuses units without half states, and writing resumes when there is space',
  async () => {
    const store = await open();
    await append(store, 1);
    // The size limit of files stands for the disk: writes beyond it fail in the kernel as on a full disk.
    const limit = (bytes: string) =>
      promisify(execFile)('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
    await limit('4096');
    try {
      const unit = {
        tenantId: 't',
        statements: [store.build.insertInto('tenants').values({ tenant_id: 'x', created_at: 1 }).compile()],
        evidence: [decisionDraft(2)],
      };
      const results = await Promise.allSettled([store.commit(unit), append(store, 3)]);
      for (const result of results) {
        expect(result).toMatchObject({
          status: 'rejected',
          reason: { code: expect.stringMatching(/^storage_/), exitCode: 9 },
        });
      }
      expect(await store.signedHead('t')).toMatchObject({ chain_index: 1 });
    } finally {
      await limit('unlimited');
    }
    expect((await append(store, 4)).evidence[0]).toMatchObject({ chain_index: 2 });
    expect(await store.read.selectFrom('tenants').selectAll().execute()).toEqual([]);
  },
);
