import type { PackOverrides } from '../../../contract/govapi/types.js';
import { currentVersion, packOf } from '../../../engine/packs/catalogue/index.js';
import type { Pack } from '../../../engine/packs/pack.js';
import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import { parseDocument, sameJson } from '../json-documents.js';
import { commitChange, type Actor } from '../recorded-change.js';
import type { AssignmentRow } from './assignment-row.js';

export interface PackOrder {
  readonly pack: Pack;
  readonly ruleVersion: number;
  readonly overrides: PackOverrides | undefined;
}

export interface AssignmentOrder {
  readonly agentIds: readonly string[];
  readonly packs: readonly PackOrder[];
  readonly environment: string | undefined;
  readonly approvalPolicyId: string | undefined;
  readonly actor: Actor;
}

type Context = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'tenants' | 'newId'>;

/** A pack of the catalogue in its newest rule version, or the one asked for. Throws 400 for one there is not. */
export function orderOf(
  packId: string,
  overrides: PackOverrides | undefined,
  ruleVersion?: number,
): PackOrder {
  const pack = packOf(packId);
  if (pack === undefined) {
    throw new HttpError(400, 'unknown_pack', `there is no pack ${packId}`, { pack_id: packId });
  }
  const version = ruleVersion ?? currentVersion(pack).ruleVersion;
  if (!pack.versions.some((each) => each.ruleVersion === version)) {
    throw new HttpError(400, 'unknown_pack', `${packId} has no rule version ${version}`, {
      pack_id: packId,
      rule_version: version,
    });
  }
  return { pack, ruleVersion: version, overrides };
}

const ROWS_OF_A_STATEMENT = 500;

/** Assigns every pack to every agent in one change. What is assigned alike already keeps its time; nothing new is no change. */
export function assignPacks(
  context: Context,
  tenantId: string,
  order: AssignmentOrder,
): Promise<readonly AssignmentRow[]> {
  const { agentIds, packs, actor } = order;
  return context.tenants.exclusively(tenantId, async () => {
    const known = await assignmentsOf(context, tenantId);
    const wanted = agentIds.flatMap((agentId) =>
      packs.map((pack) => wantedRow(tenantId, agentId, pack, order, context.clock.now())),
    );
    const rows = wanted.map((row) => {
      const before = known.get(keyOf(row));
      return before !== undefined && sameAssignment(before, row) ? before : row;
    });
    const changed = rows.filter((row) => known.get(keyOf(row)) !== row);
    const [first] = changed;
    if (first === undefined) return rows;
    await commitChange(context, {
      tenantId,
      action: 'pack.apply',
      actor,
      target: changed.length === 1 ? { type: 'agent', id: first.agent_id } : { type: 'tenant', id: tenantId },
      facts: {
        packs: packs.map(({ pack, ruleVersion, overrides }) => ({
          pack: `${pack.id}@${ruleVersion}`,
          ...(overrides === undefined ? {} : { overrides }),
        })),
        agents: [...new Set(changed.map((row) => row.agent_id))],
        ...(order.environment === undefined ? {} : { environment: order.environment }),
      },
      statements: chunks(changed, ROWS_OF_A_STATEMENT).map((part) => upsert(context, part)),
    });
    await context.tenants.reloadGovernance(tenantId);
    return rows;
  });
}

function wantedRow(
  tenantId: string,
  agentId: string,
  { pack, ruleVersion, overrides }: PackOrder,
  { environment, approvalPolicyId, actor }: AssignmentOrder,
  now: number,
): AssignmentRow {
  return {
    tenant_id: tenantId,
    agent_id: agentId,
    pack_id: pack.id,
    rule_version: ruleVersion,
    environment: environment ?? null,
    approval_policy_id: approvalPolicyId ?? 'default',
    overrides: overrides === undefined ? null : JSON.stringify(overrides),
    applied_by: actor.name,
    applied_at: now,
    revoked_at: null,
  };
}

async function assignmentsOf({ store }: Context, tenantId: string): Promise<Map<string, AssignmentRow>> {
  const rows = await store.read
    .selectFrom('pack_assignments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .execute();
  return new Map(rows.map((row) => [keyOf(row), row]));
}

function keyOf({ agent_id, pack_id }: AssignmentRow): string {
  return JSON.stringify([agent_id, pack_id]);
}

function sameAssignment(left: AssignmentRow, right: AssignmentRow): boolean {
  const overrides = (row: AssignmentRow): unknown =>
    row.overrides === null ? null : parseDocument(row.overrides);
  return (
    left.revoked_at === null &&
    left.rule_version === right.rule_version &&
    left.environment === right.environment &&
    left.approval_policy_id === right.approval_policy_id &&
    sameJson(overrides(left), overrides(right))
  );
}

function upsert({ store }: Context, rows: readonly AssignmentRow[]) {
  return store.build
    .insertInto('pack_assignments')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'agent_id', 'pack_id']).doUpdateSet(({ ref }) => ({
        rule_version: ref('excluded.rule_version'),
        environment: ref('excluded.environment'),
        approval_policy_id: ref('excluded.approval_policy_id'),
        overrides: ref('excluded.overrides'),
        applied_by: ref('excluded.applied_by'),
        applied_at: ref('excluded.applied_at'),
        revoked_at: ref('excluded.revoked_at'),
      })),
    )
    .compile();
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
