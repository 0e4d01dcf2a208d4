import { signHead } from '../../../evidence/head.js';
import type { Signer } from '../../../evidence/signature.js';
import type { SqliteDatabase } from '../sqlite-driver.js';
import { StatementCache } from '../statement-cache.js';
import { applyUnit, type UnitTools } from './apply-unit.js';
import { ChainHeads } from './chain-heads.js';
import { environmentFault, unitFault } from './fault.js';
import type { CommitRequest, HeadRequest, StoreReply } from './protocol.js';

/**
 * A group is a third of what waits: its callers are answered, and send again, while the next third is written. Larger
 * groups let both threads take turns; smaller ones pay for a sync each. On a disk that syncs slowly that price is the
 * higher one, so a group is never smaller than what can be sealed while the disk syncs.
 */
const SMALLEST_GROUP = 16;
const GROUP_SHARE = 3;

/**
 * Group commit: everything queued goes into one transaction with one sync to disk, and nobody is answered before that
 * sync is done. A unit that fails takes nothing else with it: its group is then written again, each unit in a
 * savepoint of its own, which every group would have to pay for otherwise.
 */
export class GroupWriter {
  readonly #statements: StatementCache;
  readonly #heads: ChainHeads;
  readonly #tools: UnitTools;
  /** Units that can be sealed in the time the last commit took. */
  #worthOneSync = 0;

  constructor(
    database: SqliteDatabase,
    private readonly signer: Signer,
  ) {
    this.#statements = new StatementCache(database);
    this.#heads = new ChainHeads(this.#statements);
    this.#tools = { statements: this.#statements, heads: this.#heads, signer };
  }

  /** Takes a group off the queue and returns one reply for each request taken, in order. */
  flush(queue: (CommitRequest | HeadRequest)[]): StoreReply[] {
    const third = Math.ceil(queue.length / GROUP_SHARE);
    const group = queue.splice(0, Math.max(SMALLEST_GROUP, third, this.#worthOneSync));
    const written = this.#write(group.filter((request) => request[0] === 'commit'));
    let next = 0;
    return group.map((request) => {
      if (request[0] === 'head') return this.#head(request);
      return written[next++] ?? { code: 'storage_failed', message: 'the unit was lost' };
    });
  }

  #write(units: readonly CommitRequest[]): readonly StoreReply[] {
    if (units.length === 0) return [];
    try {
      return this.#transaction(() => this.#together(units)) ?? this.#transaction(() => this.#apart(units));
    } catch (error) {
      const fault = environmentFault(error) ?? {
        code: 'storage_failed',
        message: 'the group could not be written',
      };
      return units.map(() => fault);
    }
  }

  /** Commits what `write` did. When it returns nothing or throws, nothing of it remains. */
  #transaction<T extends readonly StoreReply[] | undefined>(write: () => T): T {
    try {
      this.#run('BEGIN IMMEDIATE');
      const begun = performance.now();
      const written = write();
      if (written === undefined) {
        this.#rollBack();
        return written;
      }
      this.#heads.store();
      const sealed = performance.now();
      this.#run('COMMIT');
      this.#heads.committed();
      this.#worthOneSync = unitsWithin(performance.now() - sealed, written.length, sealed - begun);
      return written;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** Undefined when a unit fails. */
  #together(units: readonly CommitRequest[]): StoreReply[] | undefined {
    try {
      return units.map((unit) => applyUnit(unit, this.#tools));
    } catch (error) {
      if (environmentFault(error)) throw error;
      return undefined;
    }
  }

  #apart(units: readonly CommitRequest[]): StoreReply[] {
    return units.map((unit) => {
      this.#run('SAVEPOINT unit');
      let reply: StoreReply;
      try {
        reply = applyUnit(unit, this.#tools);
      } catch (error) {
        if (environmentFault(error)) throw error;
        reply = unitFault(error);
        this.#run('ROLLBACK TO unit');
      }
      this.#run('RELEASE unit');
      return reply;
    });
  }

  #head([, tenantId, signedAt]: HeadRequest): StoreReply {
    try {
      return JSON.stringify(signHead(tenantId, this.#heads.get(tenantId), signedAt, this.signer));
    } catch (error) {
      return unitFault(error);
    }
  }

  #run(sql: string): void {
    this.#statements.prepare(sql).run();
  }

  #rollBack(): void {
    this.#heads.forget();
    try {
      this.#run('ROLLBACK');
    } catch {
      // SQLite has already ended the transaction by itself, as it does when a disk fills up.
    }
  }
}

/** How many units fit into a time, going by a group that took so long; a clock too coarse to tell makes none. */
function unitsWithin(milliseconds: number, units: number, took: number): number {
  return took > 0 ? Math.ceil((units * milliseconds) / took) : 0;
}
