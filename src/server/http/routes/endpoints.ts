import { oneOf, wholeNumber } from '../../reports/query-values.js';
import {
  countEndpoints,
  readEndpoint,
  readEndpoints,
  type SeenEndpoint,
} from '../../tenants/endpoints/endpoint-reads.js';
import { registration, saveEndpoints } from '../../tenants/endpoints/endpoint-report.js';
import { endpointStats } from '../../tenants/endpoints/endpoint-stats.js';
import { presentEndpoint } from '../../tenants/endpoints/endpoint-view.js';
import { setQuarantine } from '../../tenants/endpoints/quarantine.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation, type OperationRequest } from '../operation.js';
import { HttpError, type Route } from '../port.js';

const MAX_PAGE = 1000;
const MAX_ID_LENGTH = 256;
/** Clients put ids into paths as they are. */
const UNSAFE_IN_PATHS = /[/?#%\\]|\p{Cc}/u;
/** Would stand in the place of another route, or of a folder. */
const RESERVED_IDS: readonly string[] = ['stats', '.', '..'];

export function endpointRoutes(context: ControlContext): Route[] {
  const { clock, tenants } = context;

  const known = async (tenantId: string, endpointId: string | undefined): Promise<SeenEndpoint> => {
    const row = await readEndpoint(context, tenantId, endpointId ?? '', clock.now());
    if (row === undefined) throw new HttpError(404, 'not_found', 'no such endpoint');
    return row;
  };

  const quarantine = (
    request: OperationRequest<'quarantineEndpoint' | 'releaseEndpoint'>,
    quarantined: boolean,
  ) => {
    const { tenantId, params } = request;
    return tenants.exclusively(tenantId, async () => {
      const before = await known(tenantId, params['endpointId']);
      await setQuarantine(context, tenantId, before, quarantined, actorOf(request));
      const body = presentEndpoint(await known(tenantId, before.endpoint_id), clock.now());
      return { status: 200, body };
    });
  };

  return [
    operation('listEndpoints', 'read', async ({ tenantId, query }) => {
      const now = clock.now();
      const quarantined = oneOf(query, 'quarantined', ['true', 'false']);
      const filter = {
        environment: query['env'],
        fleetId: query['fleet_id'],
        ...(quarantined === undefined ? {} : { quarantined: quarantined === 'true' }),
      };
      const page = {
        after: query['after'],
        limit: wholeNumber(query, 'limit', { min: 1, max: MAX_PAGE }),
      };
      const rows = await readEndpoints(context, tenantId, filter, page, now);
      const whole = page.after === undefined && page.limit === undefined;
      const total = whole ? rows.length : await countEndpoints(context, tenantId, filter);
      return { status: 200, body: { data: rows.map((row) => presentEndpoint(row, now)), total } };
    }),

    operation('registerEndpoint', 'write', async (request) => {
      const { tenantId, body } = request;
      const now = clock.now();
      const report = registration(body);
      checkId(report.endpoint_id);
      const before = await readEndpoint(context, tenantId, report.endpoint_id, now);
      await commitChange(context, {
        tenantId,
        action: 'endpoint.register',
        actor: actorOf(request),
        target: { type: 'endpoint', id: report.endpoint_id },
        // Who uses the device stays out: evidence is exported and kept for good.
        facts: {
          environment: body.environment,
          fleet_id: body.fleet_id,
          enrollment: body.enrollment,
          status: body.status,
          agent_ids: body.agent_ids,
        },
        statements: saveEndpoints(context, tenantId, [report], now),
      });
      if (report.status === 'quarantined') await tenants.reloadQuarantine(tenantId);
      const after = presentEndpoint(await known(tenantId, report.endpoint_id), now);
      return { status: before === undefined ? 201 : 200, body: after };
    }),

    operation('getEndpointStats', 'read', async ({ tenantId }) => ({
      status: 200,
      body: await endpointStats(context, tenantId, clock.now()),
    })),

    operation('getEndpoint', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: presentEndpoint(await known(tenantId, params['endpointId']), clock.now()),
    })),

    operation('quarantineEndpoint', 'write', (request) => quarantine(request, true)),
    operation('releaseEndpoint', 'write', (request) => quarantine(request, false)),
  ];
}

/** An id that cannot stand in a path would make an endpoint nobody can read again. */
function checkId(endpointId: string): void {
  if (
    endpointId.length <= MAX_ID_LENGTH &&
    !UNSAFE_IN_PATHS.test(endpointId) &&
    !RESERVED_IDS.includes(endpointId)
  ) {
    return;
  }
  throw new HttpError(
    400,
    'invalid_request',
    `endpoint_id must be of at most ${MAX_ID_LENGTH} characters, without / ? # % \\ and control characters, and not ${RESERVED_IDS.join(' or ')}`,
  );
}
