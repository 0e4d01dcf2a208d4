import { recordedCalls } from '../../reports/recorded-calls.js';
import { policySyncStatus, runPolicySync } from '../../tenants/policy-bundles/sync-run.js';
import { actorOf } from '../../tenants/recorded-change.js';
import { createLanes } from '../../tenants/exclusive.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import type { Route } from '../port.js';

/** Sync runs end before the reply: pollers take `idle` for the end, so a trigger must never answer with it. */
export function policySyncRoutes(context: ControlContext): Route[] {
  const inSyncLane = createLanes();
  return [
    operation('triggerPolicySync', 'write', async (request) => ({
      status: 202,
      body: await inSyncLane(request.tenantId, () =>
        runPolicySync(context, request.tenantId, actorOf(request)),
      ),
    })),
    operation('getPolicySyncStatus', 'read', async ({ tenantId }) => ({
      status: 200,
      body: await policySyncStatus(context, tenantId),
    })),
    operation('listRecordedCalls', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: await recordedCalls(context, tenantId, query),
    })),
  ];
}
