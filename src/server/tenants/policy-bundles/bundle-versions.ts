import type { PolicyDiagnostic } from '../../../engine/types.js';
import { HttpError, type Principal, type Provenance } from '../../http/port.js';
import type { ControlContext } from '../../http/control-context.js';
import type { JsonObject } from '../json-documents.js';
import { commitChange, type Actor } from '../recorded-change.js';
import { storedBundle, type BundleRow, type StoredBundle } from './bundle-row.js';
import type { PolicyText } from './policy-source.js';

export interface VersionOrder {
  readonly name: string;
  readonly framework: 'OPA' | 'CEDAR';
  readonly policy: PolicyText;
  readonly assignments: readonly string[];
  readonly status: StoredBundle['status'];
  readonly enforcementMode: StoredBundle['enforcementMode'];
  /** Descriptive members, as `presentBundle` shows them. */
  readonly document: JsonObject;
  readonly action: 'policy_bundle.create' | 'policy_bundle.rollback' | 'policy_bundle.sync';
  readonly facts?: JsonObject;
}

/**
 * Adds the next version of a name. Versions are immutable and their numbers never return, also when the newest one was
 * deleted. The pre-flight runs before: a policy that does not evaluate is refused when its verdict would bind.
 */
export async function addVersion(
  context: ControlContext,
  tenantId: string,
  order: VersionOrder,
  actor: Actor,
): Promise<StoredBundle> {
  const diagnostics = await context.evaluator.check(order.framework, order.policy.text, tenantId);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (errors.length > 0 && order.enforcementMode === 'enforce') throw refusal(order, diagnostics);

  return context.tenants.exclusively(tenantId, async () => {
    const now = context.clock.now();
    const row: BundleRow = {
      tenant_id: tenantId,
      id: context.newId('pb'),
      name: order.name,
      version: (await newestVersion(context, tenantId, order.name)) + 1,
      framework: order.framework,
      raw_policy: order.policy.text,
      policy_hash: order.policy.hash,
      assignments: JSON.stringify(order.assignments),
      status: order.status,
      enforcement_mode: order.enforcementMode,
      evaluable: errors.length === 0 ? 1 : 0,
      document: JSON.stringify(documentOf(order, diagnostics)),
      created_at: now,
      updated_at: now,
      deleted_at: null,
    };
    await commitChange(context, {
      tenantId,
      action: order.action,
      actor,
      target: { type: 'policy_bundle', id: row.id },
      facts: {
        name: row.name,
        version: row.version,
        framework: row.framework,
        policy_hash: row.policy_hash,
        assignments: order.assignments,
        status: row.status,
        enforcement_mode: row.enforcement_mode,
        evaluable: errors.length === 0,
        ...order.facts,
      },
      statements: [context.store.build.insertInto('policy_bundles').values(row).compile()],
    });
    await context.tenants.reloadBundle(tenantId, order.name);
    return storedBundle(row);
  });
}

/** The descriptive members of a version, with what its pre-flight found. */
export function documentOf(
  order: Pick<VersionOrder, 'document' | 'policy'>,
  diagnostics: readonly PolicyDiagnostic[],
): JsonObject {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  return {
    ...order.document,
    resolved_version: order.policy.resolvedVersion,
    ...(diagnostics.length === 0 ? {} : { diagnostics }),
    ...(errors.length === 0 ? {} : { warning: notEvaluable(errors) }),
  };
}

/** Who made a version, as members of its document. */
export function authorship(caller: {
  readonly principal: Principal;
  readonly provenance: Provenance;
}): JsonObject {
  return {
    created_by: caller.principal.name,
    provisioned_via: caller.provenance.via,
    provisioner: caller.provenance.provisioner,
    provisioner_version: caller.provenance.version,
  };
}

async function newestVersion({ store }: ControlContext, tenantId: string, name: string): Promise<number> {
  const row = await store.read
    .selectFrom('policy_bundles')
    .select(({ fn }) => fn.max('version').as('newest'))
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst();
  // Of no rows the maximum is null, whatever the type says.
  return Number(row?.newest ?? 0);
}

function refusal(order: VersionOrder, diagnostics: readonly PolicyDiagnostic[]): HttpError {
  const first = diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  const place = first === undefined ? '' : ` (line ${first.line}, column ${first.column}: ${first.message})`;
  return new HttpError(
    400,
    'policy_validation_failed',
    `the policy ${order.name} does not evaluate${place}`,
    {
      diagnostics,
    },
  );
}

function notEvaluable(errors: readonly PolicyDiagnostic[]): string {
  const first = errors[0];
  const place = first === undefined ? '' : `: line ${first.line}, column ${first.column}: ${first.message}`;
  return `accepted for observation although it does not evaluate, it cannot be enforced${place}`;
}
