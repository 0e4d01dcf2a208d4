import type { PolicyChangeArtifactApply } from '../../../contract/govapi/types.js';
import type { ControlContext } from '../../http/control-context.js';
import { HttpError, type Principal, type Provenance } from '../../http/port.js';
import { instant, parseDocument } from '../json-documents.js';
import type { StoredBundle } from '../policy-bundles/bundle-row.js';
import { addVersion, authorship } from '../policy-bundles/bundle-versions.js';
import { readPolicy } from '../policy-bundles/policy-source.js';
import { requestedBundle } from '../policy-bundles/requested-bundle.js';
import { isAssigned } from '../effective-bundles.js';
import { actorOf, commitChange } from '../recorded-change.js';
import { findArtifact, policiesOf, saveArtifact, type ArtifactRow } from './artifact-row.js';
import { overrideIsActive, type ExceptionRow } from './exception-row.js';
import { findException, updateException } from './exception-store.js';

type Caller = { readonly principal: Principal; readonly provenance: Provenance };

export interface Applied {
  readonly artifact: ArtifactRow;
  readonly appliedAt: string;
  readonly bundle: StoredBundle | undefined;
  readonly overrideRevoked: boolean;
}

/**
 * Carries an artifact out. Through `govapi` it becomes a bundle, and once that is in force for the agent the temporary
 * override ends; any other channel carries it out elsewhere, so only the hand-off is recorded and the override stays.
 */
export async function applyArtifact(
  context: ControlContext,
  tenantId: string,
  requestId: string,
  body: PolicyChangeArtifactApply,
  caller: Caller,
): Promise<Applied> {
  const ready = await findArtifact(context, tenantId, requestId);
  if (ready === undefined) {
    await findException(context, tenantId, requestId);
    throw new HttpError(
      409,
      'artifact_not_ready',
      'the exception is not approved, so there is nothing to apply',
    );
  }
  const channel = body.apply_channel ?? 'govapi';
  const bundle = channel === 'govapi' ? await bundleOf(context, tenantId, ready, body, caller) : undefined;
  return context.tenants.exclusively(tenantId, async () => {
    const now = context.clock.now();
    const appliedAt = instant(now);
    const artifact = (await findArtifact(context, tenantId, requestId)) ?? ready;
    const exception = await findException(context, tenantId, requestId);
    const overrideRevoked =
      bundle !== undefined && governs(bundle, exception) && overrideIsActive(exception, now);
    const applied: ArtifactRow = {
      ...artifact,
      document: JSON.stringify({
        ...parseDocument(artifact.document),
        applied_at: appliedAt,
        applied_by: body.applied_by,
        apply_channel: channel,
        bundle_id: bundle?.id,
      }),
      updated_at: now,
    };
    await commitChange(context, {
      tenantId,
      action: 'policy_change_artifact.apply',
      actor: actorOf(caller),
      target: { type: 'policy_change_artifact', id: artifact.artifact_id },
      facts: {
        request_id: requestId,
        applied_by: body.applied_by,
        apply_channel: channel,
        override_revoked: overrideRevoked,
        ...(bundle === undefined ? {} : { bundle: `${bundle.name}@${bundle.version}` }),
      },
      statements: [
        saveArtifact(context, applied),
        ...(overrideRevoked
          ? [updateException(context, { ...exception, override_revoked_at: now, updated_at: now })]
          : []),
      ],
    });
    if (overrideRevoked) await context.tenants.reloadGovernance(tenantId);
    return { artifact: applied, appliedAt, bundle, overrideRevoked };
  });
}

async function bundleOf(
  context: ControlContext,
  tenantId: string,
  artifact: ArtifactRow,
  body: PolicyChangeArtifactApply,
  caller: Caller,
): Promise<StoredBundle> {
  const format = body.policy_format ?? 'cedar';
  if (format === 'yaml') {
    throw new HttpError(400, 'invalid_request', 'yaml is for export; a bundle is cedar or rego', {
      field: 'policy_format',
    });
  }
  const text = policiesOf(artifact)[format];
  if (text === undefined) {
    throw new HttpError(409, 'artifact_not_ready', `the artifact has no ${format} policy; generate it again`);
  }
  const wanted = {
    name: body.bundle_name ?? `exception-${artifact.request_id}`,
    description: body.bundle_description,
    framework: format === 'cedar' ? ('CEDAR' as const) : ('OPA' as const),
    raw_policy: text,
    assignments: body.assignments,
    enforcement_mode: body.enforcement_mode,
    status: body.status,
  };
  const policy = await readPolicy(wanted, context.policySourceDir);
  const order = requestedBundle(wanted, policy, authorship(caller));
  return addVersion(context, tenantId, order, actorOf(caller));
}

/** In force for the agent, so that the override has served its time. */
function governs(bundle: StoredBundle, exception: ExceptionRow): boolean {
  return (
    bundle.status === 'active' &&
    bundle.enforcementMode === 'enforce' &&
    isAssigned(bundle.assignments, exception.agent_id ?? undefined)
  );
}
