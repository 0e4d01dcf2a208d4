import { instant, textList } from '../../tenants/json-documents.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

/** Agents and the tools they may call when their caller names none. */
export function agentRoutes(context: ControlContext): Route[] {
  const { store, clock, tenants } = context;

  const registered = (tenantId: string) =>
    store.read.selectFrom('agents').selectAll().where('tenant_id', '=', tenantId);

  /** Agents known from decisions, with the span in which they were seen. */
  const seen = (tenantId: string) =>
    store.read
      .selectFrom('evidence')
      .select(({ fn }) => [
        'agent_id',
        fn.min<number>('occurred_at').as('first_seen'),
        fn.max<number>('occurred_at').as('last_seen'),
      ])
      .where('tenant_id', '=', tenantId)
      .where('kind', '=', 'decision')
      .where('agent_id', 'is not', null)
      .groupBy('agent_id')
      .execute();

  return [
    operation('listAgents', 'read', async ({ tenantId }) => {
      const scopes = new Map(
        (await registered(tenantId).execute()).map((row) => [row.agent_id, row.approved_scope]),
      );
      const spans = new Map((await seen(tenantId)).map((row) => [row.agent_id ?? '', row]));
      const data = [...new Set([...scopes.keys(), ...spans.keys()])].sort().map((agentId) => {
        const scope = scopes.get(agentId);
        const span = spans.get(agentId);
        return {
          agent_id: agentId,
          approved_scope: scope === undefined ? null : [...textList(JSON.parse(scope))],
          first_seen_at: instant(span?.first_seen ?? null),
          last_seen_at: instant(span?.last_seen ?? null),
        };
      });
      return { status: 200, body: { data, total: data.length } };
    }),

    operation('getAgentScope', 'read', async ({ tenantId, params }) => {
      const agentId = params['agentId'] ?? '';
      const row = await registered(tenantId).where('agent_id', '=', agentId).executeTakeFirst();
      if (row === undefined)
        throw new HttpError(404, 'not_found', `no scope is set for the agent ${agentId}`);
      return {
        status: 200,
        body: {
          agent_id: agentId,
          approved_scope: [...textList(JSON.parse(row.approved_scope))],
          updated_at: instant(row.updated_at),
        },
      };
    }),

    operation('setAgentScope', 'write', (request) => {
      const { tenantId } = request;
      const agentId = request.params['agentId'] ?? '';
      const scope = [...new Set(request.body.approved_scope)];
      return tenants.exclusively(tenantId, async () => {
        const row = await registered(tenantId).where('agent_id', '=', agentId).executeTakeFirst();
        const stored = JSON.stringify(scope);
        if (row?.approved_scope === stored) {
          return {
            status: 200,
            body: { agent_id: agentId, approved_scope: scope, updated_at: instant(row.updated_at) },
          };
        }
        const now = clock.now();
        await commitChange(context, {
          tenantId,
          action: 'agent_scope.set',
          actor: actorOf(request),
          target: { type: 'agent', id: agentId },
          facts: { approved_scope: scope },
          statements: [
            store.build
              .insertInto('agents')
              .values({
                tenant_id: tenantId,
                agent_id: agentId,
                approved_scope: stored,
                created_at: now,
                updated_at: now,
              })
              .onConflict((conflict) =>
                conflict
                  .columns(['tenant_id', 'agent_id'])
                  .doUpdateSet({ approved_scope: stored, updated_at: now }),
              )
              .compile(),
          ],
        });
        await tenants.reload(tenantId);
        return { status: 200, body: { agent_id: agentId, approved_scope: scope, updated_at: instant(now) } };
      });
    }),
  ];
}
