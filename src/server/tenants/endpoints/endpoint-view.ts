import type { Endpoint } from '../../../contract/govapi/types.js';
import { instant, textList } from '../json-documents.js';
import { startOfDay, type SeenEndpoint } from './endpoint-reads.js';
import { QUARANTINED } from './endpoint-report.js';

const MINUTE_MS = 60_000;
/** A call within this time makes an endpoint online. */
const ONLINE_MS = 15 * MINUTE_MS;
/** Not seen for this long, an endpoint is stale; one that was never seen counts from its registration. */
const STALE_MS = 7 * 24 * 60 * MINUTE_MS;

const SYSTEMS = ['macos', 'windows', 'linux'] as const;
const ENROLLMENTS = ['jamf', 'intune', 'workspace_one', 'kandji', 'manual', 'unmanaged'] as const;
const MODES = ['enforce', 'shadow', 'off'] as const;
const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;

/** An endpoint as clients see it: what was reported, and on top of it what was recorded. */
export function presentEndpoint(row: SeenEndpoint, now: number): Endpoint {
  const reportedToday = row.reported_at >= startOfDay(now);
  return {
    endpoint_id: row.endpoint_id,
    hostname: row.hostname,
    employee_name: row.employee_name,
    employee_email: row.employee_email,
    department: row.department,
    os: word(SYSTEMS, row.os),
    os_version: row.os_version,
    enrollment: word(ENROLLMENTS, row.enrollment),
    status: endpointStatus(row, now),
    enforcement_mode: word(MODES, row.enforcement_mode),
    environment: word(ENVIRONMENTS, row.environment),
    proxy_version: row.proxy_version,
    agent_ids: [...textList(JSON.parse(row.agent_ids))],
    risk_score: row.risk_score ?? 0,
    violations_today: (reportedToday ? (row.violations_today ?? 0) : 0) + (row.violations_recorded ?? 0),
    sessions_today: (reportedToday ? (row.sessions_today ?? 0) : 0) + (row.sessions_recorded ?? 0),
    fleet_id: row.fleet_id,
    provider: row.provider,
    runtime_auth_mode: null,
    identity_binding_user: null,
    managed_runtime_key_id: null,
    last_seen: instant(lastSeen(row)),
    quarantined_at: instant(row.quarantined_at),
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
  };
}

/** A quarantine outweighs what was reported, and what was reported outweighs what follows from the last sighting. */
export function endpointStatus(
  row: Pick<SeenEndpoint, 'quarantined_at' | 'status' | 'checked_in_at' | 'seen_at' | 'created_at'>,
  now: number,
): string {
  if (row.quarantined_at !== null) return QUARANTINED;
  if (row.status !== null) return row.status;
  const seen = lastSeen(row);
  if (seen !== null && now - seen <= ONLINE_MS) return 'online';
  return now - (seen ?? row.created_at) > STALE_MS ? 'stale' : 'offline';
}

function lastSeen(row: Pick<SeenEndpoint, 'checked_in_at' | 'seen_at'>): number | null {
  if (row.checked_in_at === null || row.seen_at === null) return row.checked_in_at ?? row.seen_at;
  return Math.max(row.checked_in_at, row.seen_at);
}

function word<T extends string>(words: readonly T[], text: string | null): T | null {
  return words.find((known) => known === text) ?? null;
}
