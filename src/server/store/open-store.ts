import { resolve } from 'node:path';
import { receiptOf } from '../../evidence/receipt.js';
import type { SignedHead } from '../../evidence/types.js';
import { commitRequest } from './commit-request.js';
import { dataLayout } from './data-directory.js';
import { buildSide, readSide } from './kysely-sides.js';
import type { Committed, Store, WriteUnit } from './port.js';
import { openSqlite, type SqliteDatabase } from './sqlite-driver.js';
import { runStoreTask, StoreThread } from './store-thread.js';
import { activeKey } from './stored-keys.js';
import { WriteCheck } from './write-check.js';
import type { Place } from './worker/protocol.js';

interface StoreOptions {
  /** Created with mode 0700 when absent. */
  readonly dataDir: string;
  readonly clock?: { now(): number };
  /** How long a statement waits for a lock held by a reader's checkpoint; milliseconds. */
  readonly busyTimeoutMs?: number;
}

const DEFAULT_BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the embedded store for writing, creating directory, schema and signing key at first. Rejects with a
 * `ThothctlError`: `data_directory_locked` (names the pid), `data_directory_newer`, `data_directory_unusable`,
 * `data_directory_damaged`, `signing_key_missing`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const clock = options.clock ?? Date;
  const root = resolve(options.dataDir);
  const busyTimeoutMs = options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
  const thread = await StoreThread.start({ task: 'write', root, now: clock.now(), busyTimeoutMs });
  const reader = await openReader(root, busyTimeoutMs).catch(async (error: unknown) => {
    await thread.close();
    throw error;
  });
  const read = readSide(reader);
  const build = buildSide();
  const signingKey = activeKey(thread.keys);
  const writeCheck = new WriteCheck(() => {
    const value = String(clock.now());
    const statement = build
      .insertInto('meta')
      .values({ key: 'write_check', value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .compile();
    return thread.commit(commitRequest({ tenantId: '', statements: [statement], evidence: [] }));
  });
  let closing: Promise<void> | undefined;
  return {
    read,
    build,
    keys: () => thread.keys,
    async commit(unit) {
      return committed(unit, await thread.commit(commitRequest(unit)), signingKey.keyId);
    },
    async signedHead(tenantId) {
      const text = await thread.head(['head', tenantId, new Date(clock.now()).toISOString()]);
      // Written by our own writer.
      return JSON.parse(text) as SignedHead;
    },
    backup: (file) => backupDataDirectory(root, file),
    hindrance: () => writeCheck.hindrance(),
    close() {
      closing ??= thread.close().finally(() => {
        // Not read.destroy(): Kysely closes only what it has used at least once.
        reader.close();
      });
      return closing;
    },
  };
}

async function openReader(root: string, busyTimeoutMs: number): Promise<SqliteDatabase> {
  const reader = await openSqlite(dataLayout(root).database, { readOnly: true });
  reader.exec(`PRAGMA busy_timeout = ${Math.trunc(busyTimeoutMs)}`);
  return reader;
}

/** Backs up a data directory, whether or not a server is using it. See `Store.backup`. */
export function backupDataDirectory(dataDir: string, file: string): Promise<void> {
  return runStoreTask({ task: 'backup', root: resolve(dataDir), file: resolve(file) });
}

function committed(unit: WriteUnit, places: readonly Place[], keyId: string): Committed {
  return {
    evidence: places.map(([chain_index, hash, signature], i) => {
      const draft = unit.evidence[i];
      if (draft?.receipt !== true) return { chain_index, hash, signature, key_id: keyId };
      const receipt = receiptOf({
        chain_index,
        hash,
        signature,
        key_id: keyId,
        tenant_id: unit.tenantId,
        evidence_id: draft.evidence_id,
        decision_id: draft.body['decision_id'],
        decision: draft.body['decision'],
        decision_reason_code: draft.body['decision_reason_code'],
      });
      return { chain_index, hash, signature, key_id: keyId, receipt };
    }),
  };
}
