import type { ExpressionBuilder, Selectable } from 'kysely';
import type { ServerContext } from '../../context.js';
import type { Database } from '../../store/schema.js';

type Reader = Pick<ServerContext, 'store'>;
type Builder = ExpressionBuilder<Database, 'endpoints'>;

/** An endpoint with what the recorded calls say about it. */
export interface SeenEndpoint extends Selectable<Database['endpoints']> {
  /** Latest recorded call, in milliseconds. */
  readonly seen_at: number | null;
  /** Recorded today (UTC), and after the report if that named a number of its own. */
  readonly violations_recorded: number | null;
  readonly sessions_recorded: number | null;
}

export interface EndpointFilter {
  readonly endpointId?: string | undefined;
  readonly environment?: string | undefined;
  readonly fleetId?: string | undefined;
  readonly quarantined?: boolean | undefined;
}

/** A place in the order of ids: rows after it, so many at most. */
export interface EndpointPage {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

const DAY_MS = 86_400_000;

/** The start of the day in UTC. */
export function startOfDay(now: number): number {
  return now - (now % DAY_MS);
}

/** By id. Each row costs a few look-ups in an index, however many calls are recorded. */
export function readEndpoints(
  { store }: Reader,
  tenantId: string,
  filter: EndpointFilter,
  { after, limit }: EndpointPage,
  now: number,
): Promise<SeenEndpoint[]> {
  let query = store.read
    .selectFrom('endpoints')
    .selectAll('endpoints')
    .select((builder) => [
      seenAt(builder),
      recordedToday(builder, 'violations_today', now)
        .select(({ fn }) => fn.count<number>('evidence.violation_id').as('count'))
        .as('violations_recorded'),
      recordedToday(builder, 'sessions_today', now)
        .select(({ fn }) => fn.count<number>('evidence.session_id').distinct().as('count'))
        .as('sessions_recorded'),
    ])
    .where((builder) => matching(builder, tenantId, filter))
    .orderBy('endpoint_id');
  if (after !== undefined) query = query.where('endpoint_id', '>', after);
  if (limit !== undefined) query = query.limit(limit);
  return query.execute();
}

export async function countEndpoints(
  { store }: Reader,
  tenantId: string,
  filter: EndpointFilter,
): Promise<number> {
  const { total } = await store.read
    .selectFrom('endpoints')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where((builder) => matching(builder, tenantId, filter))
    .executeTakeFirstOrThrow();
  return total;
}

export async function readEndpoint(
  context: Reader,
  tenantId: string,
  endpointId: string,
  now: number,
): Promise<SeenEndpoint | undefined> {
  const [row] = await readEndpoints(context, tenantId, { endpointId }, {}, now);
  return row;
}

/** The latest recorded call, found without touching the others. */
export function seenAt(builder: Builder) {
  return ofEndpoint(builder)
    .select(({ fn }) => fn.max<number>('evidence.occurred_at').as('seen'))
    .as('seen_at');
}

/** Calls of today; those before the report are in the number it gave, if it gave one. */
function recordedToday(builder: Builder, counter: 'violations_today' | 'sessions_today', now: number) {
  return ofEndpoint(builder)
    .where('evidence.occurred_at', '>=', startOfDay(now))
    .where(({ eb, or, ref }) =>
      or([
        eb(`endpoints.${counter}`, 'is', null),
        eb('evidence.occurred_at', '>', ref('endpoints.reported_at')),
      ]),
    );
}

function ofEndpoint(builder: Builder) {
  return builder
    .selectFrom('evidence')
    .whereRef('evidence.tenant_id', '=', 'endpoints.tenant_id')
    .whereRef('evidence.endpoint_id', '=', 'endpoints.endpoint_id');
}

function matching(
  { eb, and }: Builder,
  tenantId: string,
  { endpointId, environment, fleetId, quarantined }: EndpointFilter,
) {
  return and([
    eb('tenant_id', '=', tenantId),
    ...(endpointId === undefined ? [] : [eb('endpoint_id', '=', endpointId)]),
    ...(environment === undefined ? [] : [eb('environment', '=', environment)]),
    ...(fleetId === undefined ? [] : [eb('fleet_id', '=', fleetId)]),
    ...(quarantined === undefined ? [] : [eb('quarantined_at', quarantined ? 'is not' : 'is', null)]),
  ]);
}
