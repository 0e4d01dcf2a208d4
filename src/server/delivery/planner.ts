import type { ServerContext } from '../context.js';
import { chainHead } from '../reports/chain-page.js';
import { StoreConflict } from '../store/port.js';
import { newDelivery, type DeliveryRow } from './delivery-rows.js';
import { eventType } from './event-types.js';
import type { DestinationName } from './switched-on.js';

type Parts = Pick<ServerContext, 'store' | 'clock' | 'newId'>;

/** Chain indices looked at in one read: bounds memory and the time a read holds the thread. */
const WINDOW = 1_000;
/** Waiting deliveries of a destination; beyond it the chain itself is the queue. */
const MOST_PENDING = 10_000;
/** Records without an event may be looked at again after a restart; that many of them are not. */
const SAVE_EVERY = 20_000;

interface Cursor {
  readonly chain_index: number;
  readonly since: number;
}

/**
 * Turns the chain into deliveries of one destination. Rows and the cursor behind them are written in one unit, so that an
 * end of the process at any moment neither loses an event nor plans it twice.
 */
export class Planner {
  #since = -1;
  #scanned = 0;

  constructor(
    private readonly parts: Parts,
    private readonly tenantId: string,
    private readonly destination: DestinationName,
  ) {}

  /** Plans up to the head of the chain. True when deliveries were added. */
  async advance(): Promise<boolean> {
    const cursor = (await this.#cursor()) ?? (await this.#begin());
    if (cursor.since !== this.#since) {
      this.#since = cursor.since;
      this.#scanned = cursor.chain_index;
    }
    let saved = cursor.chain_index;
    let added = false;
    const head = await chainHead(this.parts.store, this.tenantId);
    while (this.#scanned < head) {
      const upTo = Math.min(this.#scanned + WINDOW, head);
      const rows = await this.#deliveries(this.#scanned, upTo);
      if (rows.length > 0 && (await this.#full())) return added;
      if (rows.length > 0 || upTo - saved >= SAVE_EVERY) {
        if (!(await this.#save(rows, upTo))) return added;
        saved = upTo;
        added ||= rows.length > 0;
      }
      this.#scanned = upTo;
      // A long way to the head must not starve requests.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return added;
  }

  #cursor(): Promise<Cursor | undefined> {
    return this.parts.store.read
      .selectFrom('delivery_cursors')
      .select(['chain_index', 'since'])
      .where('tenant_id', '=', this.tenantId)
      .where('destination', '=', this.destination)
      .executeTakeFirst();
  }

  /** For a destination that was switched on before there were cursors: it starts now. */
  async #begin(): Promise<Cursor> {
    const { store, clock } = this.parts;
    const cursor = { chain_index: await chainHead(store, this.tenantId), since: clock.now() };
    const statement = store.build
      .insertInto('delivery_cursors')
      .values({ tenant_id: this.tenantId, destination: this.destination, ...cursor })
      .onConflict((conflict) => conflict.doNothing())
      .compile();
    await store.commit({ tenantId: this.tenantId, evidence: [], statements: [statement] });
    return cursor;
  }

  async #deliveries(after: number, upTo: number): Promise<DeliveryRow[]> {
    const { store, clock, newId } = this.parts;
    const records = await store.read
      .selectFrom('evidence')
      .select(['chain_index', 'kind', 'evidence_id', 'occurred_at', 'decision'])
      .where('tenant_id', '=', this.tenantId)
      .where('chain_index', '>', after)
      .where('chain_index', '<=', upTo)
      .where((record) => record.or([record('kind', '!=', 'decision'), record('decision', '!=', 'ALLOW')]))
      .orderBy('chain_index')
      .execute();
    const now = clock.now();
    return records.flatMap((record) => {
      const type = eventType(this.destination, record);
      if (type === undefined) return [];
      return newDelivery(
        {
          tenant_id: this.tenantId,
          delivery_id: newId('dlv'),
          destination: this.destination,
          event_id: record.evidence_id,
          event_type: type,
          chain_index: record.chain_index,
          occurred_at: record.occurred_at,
        },
        now,
      );
    });
  }

  async #full(): Promise<boolean> {
    const counted = await this.parts.store.read
      .selectFrom('deliveries')
      .select(({ fn }) => fn.countAll<number>().as('waiting'))
      .where('tenant_id', '=', this.tenantId)
      .where('destination', '=', this.destination)
      .where('status', '=', 'pending')
      .executeTakeFirst();
    return (counted?.waiting ?? 0) >= MOST_PENDING;
  }

  /** False when the destination was switched off, or off and on again, in the meantime. */
  async #save(rows: readonly DeliveryRow[], upTo: number): Promise<boolean> {
    const { store } = this.parts;
    const { build } = store;
    const cursor = build
      .updateTable('delivery_cursors')
      .set({ chain_index: upTo })
      .where('tenant_id', '=', this.tenantId)
      .where('destination', '=', this.destination)
      .compile();
    const guard = build
      .selectFrom('delivery_cursors')
      .select('since')
      .where('tenant_id', '=', this.tenantId)
      .where('destination', '=', this.destination)
      .where('since', '=', this.#since)
      .compile();
    const inserts = rows.map((row) => build.insertInto('deliveries').values(row).compile());
    try {
      await store.commit({
        tenantId: this.tenantId,
        evidence: [],
        guards: [{ query: guard, rows: 1 }],
        statements: [...inserts, cursor],
      });
      return true;
    } catch (error) {
      if (error instanceof StoreConflict) return false;
      throw error;
    }
  }
}
