import type { Fleet } from '../../../contract/govapi/types.js';
import type { ServerContext } from '../../context.js';
import { isManaged, isOutdated } from '../endpoints/endpoint-stats.js';
import { newestVersion } from '../endpoints/proxy-version.js';
import { instant } from '../json-documents.js';
import type { StoredResource } from '../resources.js';
import type { FleetDocument } from './fleet-document.js';

/** What the endpoints of a fleet add up to. */
export interface FleetCounts {
  readonly endpoints: number;
  /** Run an older proxy than the newest one of the tenant. */
  readonly drifted: number;
  /** Managed, enforcing and not quarantined. */
  readonly compliant: number;
}

const EMPTY: FleetCounts = { endpoints: 0, drifted: 0, compliant: 0 };

/** Counts of every fleet that has endpoints; grouped by the store, so its cost is one pass over an index. */
export async function countFleets(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
): Promise<ReadonlyMap<string, FleetCounts>> {
  const groups = await store.read
    .selectFrom('endpoints')
    .select(({ eb, fn }) => [
      'fleet_id',
      'proxy_version',
      'enrollment',
      'enforcement_mode',
      eb('quarantined_at', 'is not', null).as('stopped'),
      fn.countAll<number>().as('endpoints'),
    ])
    .where('tenant_id', '=', tenantId)
    .groupBy(({ eb }) => [
      'fleet_id',
      'proxy_version',
      'enrollment',
      'enforcement_mode',
      eb('quarantined_at', 'is not', null),
    ])
    .execute();
  const latest = newestVersion(groups.flatMap((group) => group.proxy_version ?? []));
  const counts = new Map<string, FleetCounts>();
  for (const group of groups) {
    if (group.fleet_id === null) continue;
    const before = counts.get(group.fleet_id) ?? EMPTY;
    const enforcing = group.enforcement_mode === null || group.enforcement_mode === 'enforce';
    const compliant = isManaged(group.enrollment) && enforcing && !group.stopped;
    counts.set(group.fleet_id, {
      endpoints: before.endpoints + group.endpoints,
      drifted: before.drifted + (isOutdated(group.proxy_version, latest) ? group.endpoints : 0),
      compliant: before.compliant + (compliant ? group.endpoints : 0),
    });
  }
  return counts;
}

/** A fleet as clients see it. Nothing is rolled out from here, so nothing is said about a last deployment. */
export function presentFleet(
  { id, document, createdAt, updatedAt }: StoredResource<FleetDocument>,
  { endpoints, drifted, compliant }: FleetCounts = EMPTY,
): Fleet {
  return {
    fleet_id: id,
    name: document.name,
    fleet_code: id.slice(-6).toUpperCase(),
    region: document.region ?? null,
    policy_id: document.policy_id ?? null,
    policy_name: document.policy_name ?? null,
    status: document.status ?? null,
    rollout_strategy: document.rollout_strategy ?? null,
    rollout_pct: document.rollout_pct ?? 0,
    provider: document.provider ?? null,
    drift_pct: percent(drifted, endpoints),
    drifted_endpoint_count: drifted,
    endpoint_count: endpoints,
    compliance_pct: percent(compliant, endpoints),
    last_deployed_at: null,
    last_deployed_version: null,
    created_at: instant(createdAt),
    updated_at: instant(updatedAt),
  };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10;
}
