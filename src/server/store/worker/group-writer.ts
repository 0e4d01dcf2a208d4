import { signHead } from '../../../evidence/head.js';
import type { Signer } from '../../../evidence/signature.js';
import type { SqliteDatabase } from '../sqlite-driver.js';
import { StatementCache } from '../statement-cache.js';
import { applyUnit } from './apply-unit.js';
import { ChainHeads } from './chain-heads.js';
import { environmentFault, unitFault } from './fault.js';
import type { CommitRequest, Fault, HeadRequest, StoreReply } from './protocol.js';

/** Bounds how long the first caller of a group waits for the last. */
const GROUP_LIMIT = 512;

/**
 * Group commit: everything queued goes into one transaction with one sync to disk, each unit in a savepoint of its
 * own, and nobody is answered before that sync is done.
 */
export class GroupWriter {
  readonly #statements: StatementCache;
  readonly #heads: ChainHeads;

  constructor(
    database: SqliteDatabase,
    private readonly signer: Signer,
  ) {
    this.#statements = new StatementCache(database);
    this.#heads = new ChainHeads(this.#statements);
  }

  /** Takes a group off the queue and returns one reply for each request taken, in order. */
  flush(queue: (CommitRequest | HeadRequest)[]): StoreReply[] {
    const group = queue.splice(0, GROUP_LIMIT);
    const written = this.#write(group.filter((request) => request.kind === 'commit'));
    let next = 0;
    return group.map((request) => {
      if (request.kind === 'head') return this.#head(request);
      return written[next++] ?? { code: 'storage_failed', message: 'the unit was lost' };
    });
  }

  #write(units: readonly CommitRequest[]): StoreReply[] {
    if (units.length === 0) return [];
    try {
      this.#run('BEGIN IMMEDIATE');
      const replies = units.map((unit) => this.#apply(unit));
      this.#heads.store();
      this.#run('COMMIT');
      this.#heads.committed();
      return replies;
    } catch (error) {
      this.#heads.forget();
      this.#rollBack();
      const fault = environmentFault(error) ?? {
        code: 'storage_failed',
        message: 'the group could not be written',
      };
      return units.map(() => fault);
    }
  }

  #apply(unit: CommitRequest): StoreReply {
    this.#run('SAVEPOINT unit');
    let reply: readonly string[] | Fault;
    try {
      reply = applyUnit(unit, { statements: this.#statements, heads: this.#heads, signer: this.signer });
    } catch (error) {
      if (environmentFault(error)) throw error;
      reply = unitFault(error);
      this.#run('ROLLBACK TO unit');
    }
    this.#run('RELEASE unit');
    return reply;
  }

  #head(request: HeadRequest): StoreReply {
    try {
      const position = this.#heads.get(request.tenantId);
      return [JSON.stringify(signHead(request.tenantId, position, request.signedAt, this.signer))];
    } catch (error) {
      return unitFault(error);
    }
  }

  #run(sql: string): void {
    this.#statements.prepare(sql).run();
  }

  #rollBack(): void {
    try {
      this.#run('ROLLBACK');
    } catch {
      // SQLite has already ended the transaction by itself, as it does when a disk fills up.
    }
  }
}
