import { createHash } from 'node:crypto';
import { sql, type CompiledQuery } from 'kysely';
import type { PolicyBundleGroupCommitted } from '../../../../contract/govapi/types.js';
import type { ControlContext } from '../../../http/control-context.js';
import { HttpError } from '../../../http/port.js';
import { commitChange, type Actor } from '../../recorded-change.js';
import { groupStore, type Group } from './group.js';

/** Changes told one by one in the evidence; the digest there covers all of them. */
const CHANGES_TOLD = 100;
/** Drifted names told in a refusal. */
const DRIFT_TOLD = 100;

interface Member {
  readonly name: string;
  readonly action: string;
  readonly expected_id: string | null;
  readonly bundle_id: string;
  readonly policy_hash: string;
  /** Newest version that was not deleted. */
  readonly newest_id: string | null;
  /** Highest number ever given; 0 when the name is new. */
  readonly highest: number;
}

/** Puts all members in force by one transaction, one evidence record and one reload; or none of them. */
export async function commitGroup(
  context: ControlContext,
  tenantId: string,
  group: Group,
  actor: Actor,
): Promise<PolicyBundleGroupCommitted> {
  return context.tenants.exclusively(tenantId, async () => {
    const groups = groupStore(context);
    const current = await groups.find(tenantId, group.id);
    if (current === undefined) throw new HttpError(404, 'not_found', 'no such group');
    if (current.document.status === 'committed') return outcome(context, tenantId, group.id);
    const members = await readMembers(context, tenantId, group.id);
    requireWhole(members, current);
    requireNoDrift(members);

    const now = context.clock.now();
    const changes = members.map(({ name, action, policy_hash, highest }) =>
      action === 'delete' ? { name, action } : { name, action, version: highest + 1, policy_hash },
    );
    const count = (action: string): number => changes.filter((change) => change.action === action).length;
    await commitChange(context, {
      tenantId,
      action: 'policy_bundle_group.commit',
      actor,
      target: { type: 'policy_bundle_group', id: group.id },
      facts: {
        digest: current.document.digest,
        provenance: current.document.provenance,
        created: count('create'),
        restored: count('restore'),
        deleted: count('delete'),
        changes: changes.slice(0, CHANGES_TOLD),
        changes_sha256: createHash('sha256').update(JSON.stringify(changes)).digest('hex'),
      },
      statements: [
        deleteNames(context, tenantId, group.id, now),
        insertVersions(context, tenantId, group.id, now),
        context.store.build
          .updateTable('policy_group_members')
          .set({ raw_policy: '' })
          .where('tenant_id', '=', tenantId)
          .where('group_id', '=', group.id)
          .compile(),
        groups.put(tenantId, {
          ...current,
          document: { ...current.document, status: 'committed' },
          updatedAt: now,
        }),
      ],
    });
    await context.tenants.reload(tenantId);
    return outcome(context, tenantId, group.id);
  });
}

async function readMembers({ store }: ControlContext, tenantId: string, groupId: string): Promise<Member[]> {
  const rows = await store.read
    .selectFrom('policy_group_members as m')
    .select(['m.name', 'm.action', 'm.expected_id', 'm.bundle_id', 'm.policy_hash'])
    .select(({ selectFrom }) => [
      selectFrom('policy_bundles as b')
        .select('b.id')
        .whereRef('b.tenant_id', '=', 'm.tenant_id')
        .whereRef('b.name', '=', 'm.name')
        .where('b.deleted_at', 'is', null)
        .orderBy('b.version', 'desc')
        .limit(1)
        .as('newest_id'),
      selectFrom('policy_bundles as b')
        .select(({ fn }) => fn.max('b.version').as('highest'))
        .whereRef('b.tenant_id', '=', 'm.tenant_id')
        .whereRef('b.name', '=', 'm.name')
        .as('highest'),
    ])
    .where('m.tenant_id', '=', tenantId)
    .where('m.group_id', '=', groupId)
    .orderBy('m.name')
    .execute();
  return rows.map((row) => ({ ...row, highest: Number(row.highest ?? 0) }));
}

function requireWhole(members: readonly Member[], { document }: Group): void {
  if (members.length === document.size) return;
  throw new HttpError(
    409,
    'policy_group_incomplete',
    `the group holds ${members.length} of ${document.size} members`,
  );
}

function requireNoDrift(members: readonly Member[]): void {
  const drifted = members.filter(({ expected_id, newest_id }) => expected_id !== newest_id);
  if (drifted.length === 0) return;
  const names = drifted.slice(0, DRIFT_TOLD).map(({ name }) => name);
  throw new HttpError(
    409,
    'policy_drift',
    `changed since they were read: ${names.join(', ')}${drifted.length > DRIFT_TOLD ? ', …' : ''}`,
    {
      drifted: drifted.slice(0, DRIFT_TOLD).map(({ name, expected_id, newest_id }) => ({
        name,
        expected_id,
        newest_id,
      })),
      count: drifted.length,
    },
  );
}

function insertVersions(
  { store }: ControlContext,
  tenantId: string,
  groupId: string,
  now: number,
): CompiledQuery {
  return store.build
    .insertInto('policy_bundles')
    .columns([
      'tenant_id',
      'id',
      'name',
      'version',
      'framework',
      'raw_policy',
      'policy_hash',
      'assignments',
      'status',
      'enforcement_mode',
      'evaluable',
      'document',
      'created_at',
      'updated_at',
    ])
    .expression(({ selectFrom }) =>
      selectFrom('policy_group_members as m')
        .select(['m.tenant_id', 'm.bundle_id', 'm.name'])
        .select(({ selectFrom: inner, eb }) => [
          eb(
            inner('policy_bundles as b')
              .select(({ fn }) => fn.coalesce(fn.max('b.version'), eb.lit(0)).as('highest'))
              .whereRef('b.tenant_id', '=', 'm.tenant_id')
              .whereRef('b.name', '=', 'm.name'),
            '+',
            eb.lit(1),
          ).as('version'),
        ])
        .select([
          'm.framework',
          'm.raw_policy',
          'm.policy_hash',
          'm.assignments',
          'm.status',
          'm.enforcement_mode',
          'm.evaluable',
          'm.document',
          sql<number>`${now}`.as('created_at'),
          sql<number>`${now}`.as('updated_at'),
        ])
        .where('m.tenant_id', '=', tenantId)
        .where('m.group_id', '=', groupId)
        .where('m.action', '!=', 'delete'),
    )
    .compile();
}

/** A deletion takes every version: with the newest alone gone, an older one would govern. */
function deleteNames(
  { store }: ControlContext,
  tenantId: string,
  groupId: string,
  now: number,
): CompiledQuery {
  return store.build
    .updateTable('policy_bundles')
    .set({ deleted_at: now, updated_at: now })
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null)
    .where('name', 'in', ({ selectFrom }) =>
      selectFrom('policy_group_members as m')
        .select('m.name')
        .where('m.tenant_id', '=', tenantId)
        .where('m.group_id', '=', groupId)
        .where('m.action', '=', 'delete'),
    )
    .compile();
}

async function outcome(
  { store }: ControlContext,
  tenantId: string,
  groupId: string,
): Promise<PolicyBundleGroupCommitted> {
  const rows = await store.read
    .selectFrom('policy_group_members as m')
    .leftJoin('policy_bundles as b', (join) =>
      join.onRef('b.tenant_id', '=', 'm.tenant_id').onRef('b.id', '=', 'm.bundle_id'),
    )
    .select(['m.name', 'm.action', 'b.id', 'b.version'])
    .where('m.tenant_id', '=', tenantId)
    .where('m.group_id', '=', groupId)
    .orderBy('m.name')
    .execute();
  return {
    group_id: groupId,
    status: 'committed',
    changes: rows.map(({ name, action, id, version }) => ({
      name,
      action: action === 'create' || action === 'restore' ? action : 'delete',
      ...(id === null || version === null ? {} : { id, version }),
    })),
  };
}
