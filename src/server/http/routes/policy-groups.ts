import { commitGroup } from '../../tenants/policy-bundles/group/commit-group.js';
import { findGroup, openGroup, presentGroup } from '../../tenants/policy-bundles/group/group.js';
import { stageMembers } from '../../tenants/policy-bundles/group/stage-members.js';
import { actorOf } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import type { Route } from '../port.js';

/** Changes of many bundles that take effect together or not at all. */
export function policyGroupRoutes(context: ControlContext): Route[] {
  return [
    operation('openPolicyBundleGroup', 'write', async (request) => {
      const { digest, size, provenance } = request.body;
      const group = await openGroup(context, request, { digest, size, provenance: { ...provenance } });
      return { status: 200, body: await presentGroup(context, request.tenantId, group) };
    }),

    operation('stagePolicyBundles', 'write', async (request) => {
      const group = await findGroup(context, request, request.params['groupId'] ?? '');
      return { status: 200, body: await stageMembers(context, request, group, request.body.members) };
    }),

    operation('commitPolicyBundleGroup', 'write', async (request) => {
      const group = await findGroup(context, request, request.params['groupId'] ?? '');
      return {
        status: 200,
        body: await commitGroup(context, request.tenantId, group, actorOf(request)),
      };
    }),
  ];
}
