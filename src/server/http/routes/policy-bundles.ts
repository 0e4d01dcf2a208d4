import { isAssigned, loadedBundles } from '../../tenants/effective-bundles.js';
import { findBundle, listBundles } from '../../tenants/policy-bundles/bundle-reads.js';
import { presentBundle, type StoredBundle } from '../../tenants/policy-bundles/bundle-row.js';
import { addVersion, authorship } from '../../tenants/policy-bundles/bundle-versions.js';
import { readPolicy } from '../../tenants/policy-bundles/policy-source.js';
import { requestedBundle } from '../../tenants/policy-bundles/requested-bundle.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

/** Immutable versions of OPA and Cedar policies. */
export function policyBundleRoutes(context: ControlContext): Route[] {
  const { store, clock, tenants } = context;

  return [
    operation('listPolicyBundles', 'read', async ({ tenantId, query }) => {
      const status = query['status'] === 'disabled' ? 'paused' : query['status'];
      const data = (await listBundles(context, tenantId))
        .filter(
          (bundle) =>
            matches(query['framework']?.toUpperCase(), bundle.framework) &&
            matches(status, bundle.status) &&
            matches(query['enforcement_mode'], bundle.enforcementMode) &&
            (query['assignment'] === undefined || bundle.assignments.includes(query['assignment'])),
        )
        .map(presentBundle);
      return { status: 200, body: { data, total: data.length } };
    }),

    operation('listEffectivePolicyBundles', 'read', async ({ tenantId, query }) => {
      const loaded = loadedBundles(await listBundles(context, tenantId)).filter(
        ({ bundle }) =>
          isAssigned(bundle.assignments, query['agent_id']) &&
          matches(query['framework']?.toUpperCase(), bundle.framework),
      );
      const present = (staged: boolean) =>
        Promise.all(
          loaded
            .filter(({ bundle }) => (bundle.status === 'staged') === staged)
            .map(async ({ bundle, binding }) => ({
              ...presentBundle(await findBundle(context, tenantId, bundle.id)),
              binding,
            })),
        );
      const data = await present(false);
      // Evaluated beside the ones in force, never binding.
      const staged = await present(true);
      return { status: 200, body: { data, total: data.length, staged } };
    }),

    operation('createPolicyBundle', 'write', async (request) => {
      const policy = await readPolicy(request.body, context.policySourceDir);
      const order = requestedBundle(request.body, policy, authorship(request));
      const bundle = await addVersion(context, request.tenantId, order, actorOf(request));
      return { status: 201, body: presentBundle(bundle) };
    }),

    operation('getPolicyBundle', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: presentBundle(await findBundle(context, tenantId, params['bundleId'] ?? '')),
    })),

    operation('deletePolicyBundle', 'write', (request) => {
      const { tenantId, params } = request;
      return tenants.exclusively(tenantId, async () => {
        const bundle = await findBundle(context, tenantId, params['bundleId'] ?? '');
        const now = clock.now();
        await commitChange(context, {
          tenantId,
          action: 'policy_bundle.delete',
          actor: actorOf(request),
          target: { type: 'policy_bundle', id: bundle.id },
          facts: { name: bundle.name, version: bundle.version, policy_hash: bundle.policyHash },
          statements: [
            store.build
              .updateTable('policy_bundles')
              .set({ deleted_at: now, updated_at: now })
              .where('tenant_id', '=', tenantId)
              .where('id', '=', bundle.id)
              .compile(),
          ],
        });
        await tenants.reloadBundle(tenantId, bundle.name);
        return { status: 200, body: { deleted: true } };
      });
    }),

    operation('rollbackPolicyBundle', 'write', async (request) => {
      const { tenantId, params } = request;
      const target = await findBundle(context, tenantId, params['bundleId'] ?? '');
      if (!target.evaluable) throw notEvaluable(target);
      const restored = await addVersion(
        context,
        tenantId,
        {
          name: target.name,
          framework: target.framework,
          policy: { text: target.rawPolicy, hash: target.policyHash, resolvedVersion: null },
          assignments: target.assignments,
          // A rollback is meant to govern: a version that was staged or paused comes back in force.
          status: 'active',
          enforcementMode: target.enforcementMode,
          document: { description: target.document['description'], ...authorship(request) },
          action: 'policy_bundle.rollback',
          facts: { restored_id: target.id, restored_version: target.version },
        },
        actorOf(request),
      );
      return { status: 201, body: presentBundle(restored) };
    }),
  ];
}

function matches(wanted: string | undefined, value: string): boolean {
  return wanted === undefined || wanted === value;
}

function notEvaluable(bundle: StoredBundle): HttpError {
  return new HttpError(
    409,
    'policy_not_evaluable',
    `version ${bundle.version} of ${bundle.name} does not evaluate and cannot be put in force`,
  );
}
