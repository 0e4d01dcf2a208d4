import type { PackBulkApplyRequest } from '../../../contract/govapi/types.js';
import { CATALOGUE, currentVersion, packOf } from '../../../engine/packs/catalogue/index.js';
import { NO_PACKS, type Pack } from '../../../engine/packs/pack.js';
import { assignPacks, orderOf } from '../../tenants/packs/assign-packs.js';
import { presentAssignment, type AssignmentRow } from '../../tenants/packs/assignment-row.js';
import { presentPack, presentVersion } from '../../tenants/packs/catalogue-view.js';
import { runtimeStatus } from '../../tenants/packs/runtime-status.js';
import { targetAgents } from '../../tenants/packs/targets.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

/** The catalogue of compliance packs, and which agents they govern. */
export function packRoutes(context: ControlContext): Route[] {
  const { store, clock, tenants } = context;

  const assignments = (tenantId: string) =>
    store.read
      .selectFrom('pack_assignments')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .orderBy('agent_id')
      .orderBy('pack_id');

  return [
    operation('listGovernancePacks', 'read', async () => ({
      status: 200,
      body: { packs: CATALOGUE.map(presentPack), total: CATALOGUE.length },
    })),

    operation('getGovernancePackRules', 'read', async ({ params }) => {
      const pack = known(params['packId']);
      const current = currentVersion(pack);
      return {
        status: 200,
        body: {
          pack_id: pack.id,
          regulation: pack.regime,
          display_name: pack.name,
          base_pack_version: current.packVersion,
          total_versions: pack.versions.length,
          current_version: presentVersion(pack, current),
        },
      };
    }),

    operation('listGovernancePackRuleVersions', 'read', async ({ params }) => {
      const pack = known(params['packId']);
      const versions = pack.versions.map((version) => presentVersion(pack, version)).reverse();
      return { status: 200, body: { pack_id: pack.id, versions, total: versions.length } };
    }),

    operation('applyPackToAgent', 'write', async (request) => {
      const { tenantId, params, body } = request;
      const [row] = await assignPacks(context, tenantId, {
        agentIds: [params['agentId'] ?? ''],
        packs: [orderOf(body.pack_id, body.overrides, body.rule_version)],
        environment: body.environment,
        approvalPolicyId: body.approval_policy_id,
        actor: actorOf(request),
      });
      if (row === undefined) throw new HttpError(400, 'invalid_request', 'agentId must not be empty');
      return { status: 200, body: presentAssignment(row) };
    }),

    operation('applyPacksBulk', 'write', async (request) => {
      const { tenantId, body } = request;
      checkKeys(body);
      const packs = [...new Set(body.pack_ids)].map((id) =>
        orderOf(id, body.overrides_by_pack?.[id], body.rule_version_by_pack?.[id]),
      );
      const targets = await targetAgents(context, tenantId, body);
      const usable = targets.filter((id) => faultOf(id) === undefined);
      const rows = await assignPacks(context, tenantId, {
        agentIds: usable,
        packs,
        environment: body.environment,
        approvalPolicyId: body.approval_policy_id,
        actor: actorOf(request),
      });
      const failed = targets.flatMap((agentId) => {
        const error = faultOf(agentId);
        return error === undefined
          ? []
          : packs.map(({ pack }) => ({ agent_id: agentId, pack_id: pack.id, status: 'failed', error }));
      });
      const applied = rows.map(({ agent_id, pack_id, rule_version }) => ({
        agent_id,
        pack_id,
        status: 'active',
        rule_version,
        error: null,
      }));
      return {
        status: 200,
        body: {
          applied_count: applied.length,
          failed_count: failed.length,
          total_ops: applied.length + failed.length,
          target_agent_ids: [...targets],
          results: [...applied, ...failed],
        },
      };
    }),

    operation('getPackRuntimeStatus', 'read', async ({ tenantId, query }) => {
      const rows = await assignments(tenantId).where('revoked_at', 'is', null).execute();
      const snapshot = tenants.snapshot(tenantId);
      return {
        status: 200,
        body: runtimeStatus({
          assignments: rows,
          book: snapshot?.packs ?? NO_PACKS,
          regimes: snapshot?.regulatoryRegimes ?? [],
          environment: query['env'],
          now: clock.now(),
        }),
      };
    }),

    operation('listAgentPacks', 'read', async ({ tenantId, params, query }) => {
      const agentId = params['agentId'] ?? '';
      const all = assignments(tenantId).where('agent_id', '=', agentId);
      const rows = await (
        query['include_revoked'] === 'true' ? all : all.where('revoked_at', 'is', null)
      ).execute();
      const packs = rows.map(presentAssignment);
      return { status: 200, body: { packs, agent_id: agentId, total: packs.length } };
    }),

    operation('revokePackFromAgent', 'write', (request) => {
      const { tenantId, params } = request;
      const [agentId, packId] = [params['agentId'] ?? '', params['packId'] ?? ''];
      return tenants.exclusively(tenantId, async () => {
        const row = await assignments(tenantId)
          .where('agent_id', '=', agentId)
          .where('pack_id', '=', packId)
          .executeTakeFirst();
        if (row === undefined)
          throw new HttpError(404, 'not_found', 'the pack is not assigned to this agent');
        if (row.revoked_at !== null) return { status: 200, body: presentAssignment(row) };
        const revoked: AssignmentRow = { ...row, revoked_at: clock.now() };
        await commitChange(context, {
          tenantId,
          action: 'pack.revoke',
          actor: actorOf(request),
          target: { type: 'agent', id: agentId },
          facts: { pack: `${packId}@${row.rule_version}` },
          statements: [
            store.build
              .updateTable('pack_assignments')
              .set({ revoked_at: revoked.revoked_at })
              .where('tenant_id', '=', tenantId)
              .where('agent_id', '=', agentId)
              .where('pack_id', '=', packId)
              .compile(),
          ],
        });
        await tenants.reloadGovernance(tenantId);
        return { status: 200, body: presentAssignment(revoked) };
      });
    }),
  ];
}

function known(packId: string | undefined): Pack {
  const pack = packOf(packId ?? '');
  if (pack === undefined) throw new HttpError(404, 'not_found', 'there is no such pack in the catalogue');
  return pack;
}

/** What is said of a pack that is not applied would vanish without a word. */
function checkKeys(body: PackBulkApplyRequest): void {
  for (const member of ['overrides_by_pack', 'rule_version_by_pack'] as const) {
    const stray = Object.keys(body[member] ?? {}).find((id) => !body.pack_ids.includes(id));
    if (stray === undefined) continue;
    throw new HttpError(400, 'invalid_request', `${member} names ${stray}, which pack_ids does not`);
  }
}

/** Agent ids are free text of callers; one that no call could carry is refused by itself. */
function faultOf(agentId: string): string | undefined {
  if (agentId.trim() === '') return 'the agent id is empty';
  return agentId.length > 1024 ? 'the agent id is longer than 1024 characters' : undefined;
}
