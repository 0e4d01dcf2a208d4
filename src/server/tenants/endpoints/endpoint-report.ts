import type { CompiledQuery } from 'kysely';
import type { EndpointRegister } from '../../../contract/govapi/types.js';
import type { ServerContext } from '../../context.js';
import type { Database } from '../../store/schema.js';

type Row = Database['endpoints'];

export const QUARANTINED = 'quarantined';

/** Members that are stored as they are reported; null forgets, and one that is left out keeps what is stored. */
type Reported = Pick<
  Row,
  | 'employee_name'
  | 'employee_email'
  | 'department'
  | 'os_version'
  | 'status'
  | 'proxy_version'
  | 'risk_score'
  | 'violations_today'
  | 'sessions_today'
  | 'fleet_id'
  | 'provider'
>;

/** What somebody, an operator or an inventory, says about one endpoint. */
export interface EndpointReport extends Partial<Reported> {
  readonly endpoint_id: string;
  readonly hostname: string;
  readonly os?: EndpointRegister['os'] | null;
  readonly enrollment?: EndpointRegister['enrollment'] | null;
  readonly enforcement_mode?: EndpointRegister['enforcement_mode'] | null;
  readonly environment?: EndpointRegister['environment'] | null;
  readonly agent_ids?: readonly string[];
  /** Last check-in the reporter knows of, in milliseconds. */
  readonly checked_in_at?: number | null;
}

/**
 * Statements that create or update endpoints, one each and in their order, for `commitChange`. They read nothing first:
 * concurrent reports of one endpoint follow each other, and none of them lifts a quarantine. A report of the status
 * `quarantined` sets one; reload the registry with `reloadQuarantine` after committing such a report.
 */
export function saveEndpoints(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
  reports: readonly EndpointReport[],
  now: number,
): CompiledQuery[] {
  return reports.map((report) => {
    const { endpoint_id, hostname, agent_ids, status, ...rest } = report;
    const stops = status === QUARANTINED;
    const changing = {
      hostname,
      ...rest,
      // A quarantine is a state of its own, so that the word does not outlive it.
      ...(status === undefined ? {} : { status: stops ? null : status }),
      ...(agent_ids === undefined ? {} : { agent_ids: JSON.stringify(agent_ids) }),
      updated_at: now,
      // Who says nothing of the counters must not make what was recorded since they were reported count for nothing.
      ...(rest.violations_today === undefined && rest.sessions_today === undefined
        ? {}
        : { reported_at: now }),
    };
    return store.build
      .insertInto('endpoints')
      .values({
        tenant_id: tenantId,
        endpoint_id,
        agent_ids: '[]',
        quarantined_at: stops ? now : null,
        created_at: now,
        reported_at: now,
        ...changing,
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'endpoint_id']).doUpdateSet(({ fn, ref, val }) => ({
          ...changing,
          ...(stops ? { quarantined_at: fn.coalesce(ref('endpoints.quarantined_at'), val(now)) } : {}),
        })),
      )
      .compile();
  });
}

/** The report in a request of the contract: a whole description, so what it leaves out is forgotten. */
export function registration(written: EndpointRegister): EndpointReport {
  return {
    endpoint_id: written.endpoint_id,
    hostname: written.hostname,
    employee_name: given(written.employee_name),
    employee_email: given(written.employee_email),
    department: given(written.department),
    os: written.os ?? null,
    os_version: given(written.os_version),
    enrollment: written.enrollment ?? null,
    status: given(written.status),
    enforcement_mode: written.enforcement_mode ?? null,
    environment: written.environment ?? null,
    proxy_version: given(written.proxy_version),
    agent_ids: written.agent_ids ?? [],
    risk_score: written.risk_score ?? null,
    violations_today: written.violations_today ?? null,
    sessions_today: written.sessions_today ?? null,
    fleet_id: given(written.fleet_id),
    provider: given(written.provider),
  };
}

/** Clients drop blank values instead of sending them, so a blank one says nothing. */
function given(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text;
}
