import type { EndpointStats } from '../../../contract/govapi/types.js';
import type { ServerContext } from '../../context.js';
import { seenAt } from './endpoint-reads.js';
import { QUARANTINED } from './endpoint-report.js';
import { endpointStatus } from './endpoint-view.js';
import { compareVersions, newestVersion } from './proxy-version.js';

/** From this score on, of 100, an endpoint is at risk. */
const AT_RISK_SCORE = 70;

/** Counters over all endpoints, in the words of their own rows. */
export async function endpointStats(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
  now: number,
): Promise<EndpointStats> {
  const rows = await store.read
    .selectFrom('endpoints')
    .select([
      'enrollment',
      'status',
      'proxy_version',
      'risk_score',
      'checked_in_at',
      'quarantined_at',
      'created_at',
    ])
    .select(seenAt)
    .where('tenant_id', '=', tenantId)
    .execute();
  const statuses = rows.map((row) => endpointStatus(row, now));
  const withStatus = (status: string): number => statuses.filter((each) => each === status).length;
  const managed = rows.filter((row) => isManaged(row.enrollment)).length;
  // Versions are compared once each: thousands of endpoints run a handful of them.
  const versions = new Set(rows.map((row) => row.proxy_version));
  const latest = newestVersion([...versions].flatMap((version) => version ?? []));
  const outdated = new Set([...versions].filter((version) => isOutdated(version, latest)));
  return {
    total: rows.length,
    managed,
    unmanaged: rows.length - managed,
    online: withStatus('online'),
    quarantined: withStatus(QUARANTINED),
    stale: withStatus('stale'),
    at_risk: rows.filter((row) => (row.risk_score ?? 0) >= AT_RISK_SCORE).length,
    proxy_outdated: rows.filter((row) => outdated.has(row.proxy_version)).length,
    latest_version: latest,
  };
}

/** Somebody, a device management or a person, vouches for the endpoint. */
export function isManaged(enrollment: string | null): boolean {
  return enrollment !== null && enrollment !== 'unmanaged';
}

/** Runs a proxy older than the newest one known; one that reports none cannot be told. */
export function isOutdated(version: string | null, latest: string | null): boolean {
  return version !== null && latest !== null && compareVersions(version, latest) < 0;
}
