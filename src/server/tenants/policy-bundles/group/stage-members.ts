import type { PolicyBundleGroupMember, PolicyBundleGroupStaged } from '../../../../contract/govapi/types.js';
import type { PolicyDiagnostic } from '../../../../engine/types.js';
import type { ControlContext } from '../../../http/control-context.js';
import { HttpError, type RouteContext } from '../../../http/port.js';
import type { Database } from '../../../store/schema.js';
import { findBundle } from '../bundle-reads.js';
import { authorship, documentOf } from '../bundle-versions.js';
import { readPolicy } from '../policy-source.js';
import { requestedBundle } from '../requested-bundle.js';
import { groupStore, type Group } from './group.js';

type MemberRow = Database['policy_group_members'];

/** What one group may hold until its commit. */
const TEXT_LIMIT_BYTES = 256 * 1024 * 1024;
/** Members checked at a time. */
const TOGETHER = 32;

interface Refused {
  readonly name: string;
  readonly diagnostics: readonly PolicyDiagnostic[];
}

/** Checks the changes and keeps them for the commit; all of the request, or none of it. */
export async function stageMembers(
  context: ControlContext,
  request: Pick<RouteContext, 'tenantId' | 'principal' | 'provenance'>,
  group: Group,
  members: readonly PolicyBundleGroupMember[],
): Promise<PolicyBundleGroupStaged> {
  const { tenantId } = request;
  if (group.document.status !== 'open') throw notOpen();
  const rows: MemberRow[] = [];
  const refused: Refused[] = [];
  // A few at a time: they are checked together, and checks of others wait for no more than these.
  for (let from = 0; from < members.length; from += TOGETHER) {
    const some = members.slice(from, from + TOGETHER);
    for (const made of await Promise.all(some.map((each) => memberRow(context, request, group, each))))
      if ('diagnostics' in made) refused.push(made);
      else rows.push(made);
  }
  if (refused.length > 0) throw refusal(refused);
  // In the lane of changes: a group that was committed or cleared away meanwhile must not grow.
  return context.tenants.exclusively(tenantId, async () => {
    const current = await groupStore(context).find(tenantId, group.id);
    if (current?.document.status !== 'open') throw notOpen();
    const staged = await roomFor(context, tenantId, current, rows);
    await context.store.commit({
      tenantId,
      evidence: [],
      statements: rows.map((row) => {
        const { tenant_id: _tenant, group_id: _group, name: _name, ...changing } = row;
        return context.store.build
          .insertInto('policy_group_members')
          .values(row)
          .onConflict((conflict) => conflict.columns(['tenant_id', 'group_id', 'name']).doUpdateSet(changing))
          .compile();
      }),
    });
    return { group_id: group.id, staged, size: group.document.size };
  });
}

function notOpen(): HttpError {
  return new HttpError(409, 'policy_group_not_open', 'the group is not open any more');
}

async function memberRow(
  context: ControlContext,
  request: Pick<RouteContext, 'tenantId' | 'principal' | 'provenance'>,
  group: Group,
  member: PolicyBundleGroupMember,
): Promise<MemberRow | Refused> {
  const { tenantId } = request;
  const fixed = {
    tenant_id: tenantId,
    group_id: group.id,
    action: member.action,
    expected_id: member.expected_id,
  };
  if (member.action === 'delete')
    return {
      ...fixed,
      name: nameOf(member),
      bundle_id: '',
      framework: '',
      policy_hash: '',
      policy_bytes: 0,
      assignments: '[]',
      status: '',
      enforcement_mode: '',
      evaluable: 0,
      document: '{}',
      raw_policy: '',
    };
  const said = await saidOf(context, tenantId, member);
  const order = requestedBundle(said, await readPolicy(said, context.policySourceDir), {
    ...authorship(request),
    group_id: group.id,
    provenance: group.document.provenance,
  });
  const diagnostics = await context.evaluator.check(order.framework, order.policy.text, tenantId);
  const evaluable = !diagnostics.some(({ severity }) => severity === 'error');
  if (!evaluable && order.enforcementMode === 'enforce') return { name: order.name, diagnostics };
  return {
    ...fixed,
    name: order.name,
    bundle_id: context.newId('pb'),
    framework: order.framework,
    policy_hash: order.policy.hash,
    policy_bytes: Buffer.byteLength(order.policy.text),
    assignments: JSON.stringify(order.assignments),
    status: order.status,
    enforcement_mode: order.enforcementMode,
    evaluable: evaluable ? 1 : 0,
    document: JSON.stringify(documentOf(order, diagnostics)),
    raw_policy: order.policy.text,
  };
}

type Said = Parameters<typeof requestedBundle>[0] & { readonly raw_policy: string };

/** A create says everything; a restore takes what it does not say from the version it names. */
async function saidOf(
  context: ControlContext,
  tenantId: string,
  member: PolicyBundleGroupMember,
): Promise<Said> {
  const name = nameOf(member);
  if (member.action === 'create') {
    const { framework, raw_policy } = member;
    if (framework === undefined || raw_policy === undefined)
      throw new HttpError(400, 'invalid_request', `${name}: a create needs framework and raw_policy`);
    return { ...member, name, framework, raw_policy };
  }
  const source = await findBundle(context, tenantId, member.bundle_id ?? '');
  if (source.name !== name)
    throw new HttpError(400, 'invalid_request', `${name}: bundle_id is a version of ${source.name}`);
  const description = member.description ?? source.document['description'];
  return {
    name,
    framework: source.framework,
    raw_policy: source.rawPolicy,
    assignments: member.assignments ?? source.assignments,
    status: member.status ?? source.status,
    enforcement_mode: member.enforcement_mode ?? source.enforcementMode,
    ...(typeof description === 'string' && { description }),
  };
}

function nameOf({ name }: PolicyBundleGroupMember): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new HttpError(400, 'invalid_request', 'name must not be blank');
  return trimmed;
}

/** Members the group holds with these. */
async function roomFor(
  { store }: ControlContext,
  tenantId: string,
  group: Group,
  rows: readonly MemberRow[],
): Promise<number> {
  const held = await store.read
    .selectFrom('policy_group_members')
    .select(({ fn }) => [fn.countAll().as('members'), fn.sum('policy_bytes').as('bytes')])
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', group.id)
    .where(
      'name',
      'not in',
      rows.map(({ name }) => name),
    )
    .executeTakeFirst();
  const bytes = rows.reduce((sum, row) => sum + row.policy_bytes, Number(held?.bytes ?? 0));
  if (bytes > TEXT_LIMIT_BYTES)
    throw new HttpError(413, 'payload_too_large', `a group may hold ${TEXT_LIMIT_BYTES} bytes of policy`);
  const members = Number(held?.members ?? 0) + rows.length;
  if (members > group.document.size)
    throw new HttpError(
      400,
      'invalid_request',
      `the group was opened for ${group.document.size} members and would get more`,
    );
  return members;
}

function refusal(refused: readonly Refused[]): HttpError {
  const names = refused.map(({ name }) => name).join(', ');
  return new HttpError(
    400,
    'policy_validation_failed',
    `${refused.length === 1 ? 'the policy does' : 'these policies do'} not evaluate: ${names}`,
    { policies: refused },
  );
}
