import type { CompiledQuery } from 'kysely';
import type { ServerContext } from '../../context.js';
import { StoreConflict, type Store, type WriteUnit } from '../../store/port.js';
import { createLanes } from '../../tenants/exclusive.js';
import { chainHead } from '../chain-page.js';
import { foldBursts, readOpenBursts, type BurstViolation, type OpenBursts } from './bursts.js';
import { foldingStatements, type ChainRange } from './folding.js';

/** Records per unit: decisions that arrive meanwhile wait for one unit at most, some ten milliseconds. */
const BATCH = 2000;

type Context = Pick<ServerContext, 'store'>;

const lanesOf = new WeakMap<Store, ReturnType<typeof createLanes>>();

/** Brings the read models of a tenant up to the chain as it stands; cheap when nothing was recorded since. */
export function catchUp(context: Context, tenantId: string): Promise<void> {
  const lanes = lanesOf.get(context.store) ?? createLanes();
  lanesOf.set(context.store, lanes);
  return lanes(tenantId, () => follow(context, tenantId));
}

async function follow(context: Context, tenantId: string): Promise<void> {
  const goal = await chainHead(context.store, tenantId);
  let at = await position(context, tenantId);
  while (at.index < goal) {
    const range = { tenantId, after: at.index, upTo: Math.min(goal, at.index + BATCH) };
    try {
      at = await step(context, range, at);
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
      // Somebody else has followed the chain meanwhile: go on from where they are.
      at = await position(context, tenantId);
    }
  }
}

interface Position {
  readonly index: number;
  readonly open: OpenBursts;
  /** False before the tenant's first step. */
  readonly stored: boolean;
}

async function position({ store }: Context, tenantId: string): Promise<Position> {
  const row = await store.read
    .selectFrom('read_model_heads')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  if (row === undefined) return { index: 0, open: [], stored: false };
  return { index: row.chain_index, open: readOpenBursts(row.open_bursts), stored: true };
}

async function step(context: Context, range: ChainRange, from: Position): Promise<Position> {
  const { store } = context;
  const { tenantId, upTo } = range;
  const { open, bursts } = foldBursts(from.open, await violations(context, range));
  const moved = { chain_index: upTo, open_bursts: JSON.stringify(open) };
  await store.commit({
    tenantId,
    evidence: [],
    guards: [unmoved(context, tenantId, from)],
    statements: [
      ...foldingStatements(store, range),
      ...bursts.map((burst) => insertBurst(context, tenantId, burst)),
      store.build
        .insertInto('read_model_heads')
        .values({ tenant_id: tenantId, ...moved })
        .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(moved))
        .compile(),
    ],
  });
  return { index: upTo, open, stored: true };
}

/** The same range added twice would count twice. */
function unmoved(
  { store }: Context,
  tenantId: string,
  from: Position,
): NonNullable<WriteUnit['guards']>[number] {
  const head = store.build
    .selectFrom('read_model_heads')
    .select('tenant_id')
    .where('tenant_id', '=', tenantId);
  return from.stored
    ? { query: head.where('chain_index', '=', from.index).compile(), rows: 1 }
    : { query: head.compile(), rows: 0 };
}

async function violations(
  { store }: Context,
  { tenantId, after, upTo }: ChainRange,
): Promise<(BurstViolation & { readonly agentId: string })[]> {
  const rows = await store.read
    .selectFrom('evidence')
    .select(['chain_index', 'agent_id', 'violation_id', 'occurred_at'])
    .where('tenant_id', '=', tenantId)
    .where('chain_index', '>', after)
    .where('chain_index', '<=', upTo)
    .where('violation_id', 'is not', null)
    .orderBy('chain_index')
    .execute();
  return rows.map((row) => ({
    index: row.chain_index,
    at: row.occurred_at,
    id: row.violation_id ?? '',
    agentId: row.agent_id ?? '',
  }));
}

function insertBurst({ store }: Context, tenantId: string, burst: readonly BurstViolation[]): CompiledQuery {
  return store.build
    .insertInto('alerts')
    .values({
      tenant_id: tenantId,
      chain_index: burst.at(-1)?.index ?? 0,
      kind: 'burst',
      violation_ids: JSON.stringify(burst.map((violation) => violation.id)),
    })
    .compile();
}
