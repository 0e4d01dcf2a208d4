import { EVERY_ROW, wholeNumber } from '../../reports/query-values.js';
import { applyArtifact } from '../../tenants/exceptions/apply-artifact.js';
import { changeTerms, narrowed } from '../../tenants/exceptions/approved-change.js';
import { findArtifact, presentArtifact, saveArtifact } from '../../tenants/exceptions/artifact-row.js';
import { isApproved, statusOf } from '../../tenants/exceptions/exception-row.js';
import { findException } from '../../tenants/exceptions/exception-store.js';
import { newArtifact } from '../../tenants/exceptions/new-artifact.js';
import { approvalOf } from '../../tenants/exceptions/review.js';
import { presentBundle } from '../../tenants/policy-bundles/bundle-row.js';
import { isJsonObject, parseDocument, textMember } from '../../tenants/json-documents.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

/** Approved exceptions as policies: the lasting form of a temporary override. */
export function policyChangeArtifactRoutes(context: ControlContext): Route[] {
  const { store, tenants } = context;

  return [
    operation('listPolicyChangeArtifacts', 'read', async ({ tenantId, query }) => {
      let matching = store.read.selectFrom('policy_change_artifacts').where('tenant_id', '=', tenantId);
      const target = query['target_environment'];
      if (target !== undefined) matching = matching.where('target_environment', '=', target);
      const limit = wholeNumber(query, 'limit', { min: 1 });
      const offset = wholeNumber(query, 'offset', { min: 0 }) ?? 0;
      const [rows, { total }] = await Promise.all([
        matching
          .selectAll()
          .orderBy('artifact_id')
          .limit(limit ?? EVERY_ROW)
          .offset(offset)
          .execute(),
        matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
      ]);
      const data = rows.map(presentArtifact);
      return { status: 200, body: { data, total, ...(limit === undefined ? {} : { limit }), offset } };
    }),

    operation('getPolicyChangeArtifact', 'read', async ({ tenantId, params }) => {
      const artifact = await findArtifact(context, tenantId, params['requestId'] ?? '');
      if (artifact === undefined)
        throw new HttpError(404, 'not_found', 'there is no artifact of this request');
      return { status: 200, body: presentArtifact(artifact) };
    }),

    operation('generatePolicyChangeArtifact', 'write', (request) => {
      const { tenantId, params, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const exception = await findException(context, tenantId, params['requestId'] ?? '');
        if (!isApproved(statusOf(exception))) {
          throw new HttpError(
            409,
            'artifact_not_ready',
            `the exception is ${exception.status}, not approved`,
          );
        }
        const before = await findArtifact(context, tenantId, exception.request_id);
        const known = before === undefined ? {} : parseDocument(before.document);
        const approved = approvalOf(exception);
        // What is generated may be narrower than what was approved, never wider.
        const change = { ...approved, ...narrowed(approved, changeTerms(body.policy_change)) };
        const earlier = known['policy_change'];
        const artifact = newArtifact(
          context,
          {
            tenantId,
            change,
            owner: body.owner ?? textMember(known, 'owner'),
            targetEnvironment: body.target_environment ?? before?.target_environment ?? undefined,
            policyChange: body.policy_change ?? (isJsonObject(earlier) ? earlier : undefined),
          },
          before,
        );
        await commitChange(context, {
          tenantId,
          action: 'policy_change_artifact.generate',
          actor: actorOf(request),
          target: { type: 'policy_change_artifact', id: artifact.artifact_id },
          facts: { request_id: exception.request_id },
          statements: [saveArtifact(context, artifact)],
        });
        return { status: 200, body: presentArtifact(artifact) };
      });
    }),

    operation('applyPolicyChangeArtifact', 'write', async (request) => {
      const { tenantId, params, body } = request;
      const requestId = params['requestId'] ?? '';
      const { artifact, appliedAt, bundle, overrideRevoked } = await applyArtifact(
        context,
        tenantId,
        requestId,
        body,
        request,
      );
      const channel = body.apply_channel ?? 'govapi';
      return {
        status: 200,
        body: {
          request_id: requestId,
          artifact_id: artifact.artifact_id,
          target_environment: artifact.target_environment,
          applied_at: appliedAt,
          applied_by: body.applied_by,
          override_revoked: overrideRevoked,
          govapi_resource: bundle === undefined ? null : { ...presentBundle(bundle) },
          // Terraform sends the default channel without being asked to; echoing it would be a difference.
          ...(channel === 'govapi' ? {} : { apply_channel: channel }),
          ...(body.policy_format === undefined ? {} : { policy_format: body.policy_format }),
        },
      };
    }),
  ];
}
