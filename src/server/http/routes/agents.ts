import { catchUp } from '../../reports/read-models/catch-up.js';
import { presentScope, readAgentScope, setAgentScope } from '../../tenants/agent-scopes.js';
import { instant, textList } from '../../tenants/json-documents.js';
import { actorOf } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

/** Agents and the tools they may call when their caller names none. */
export function agentRoutes(context: ControlContext): Route[] {
  const { store } = context;

  const registered = (tenantId: string) =>
    store.read.selectFrom('agents').selectAll().where('tenant_id', '=', tenantId).execute();

  /** Agents known from decisions, with the span in which they were seen. */
  const seen = async (tenantId: string) => {
    await catchUp(context, tenantId);
    return store.read
      .selectFrom('call_stats')
      .select(({ fn }) => [
        'agent_id',
        fn.min<number>('first_seen').as('first_seen'),
        fn.max<number>('last_seen').as('last_seen'),
      ])
      .where('tenant_id', '=', tenantId)
      .where('calls', '>', 0)
      .groupBy('agent_id')
      .execute();
  };

  return [
    operation('listAgents', 'read', async ({ tenantId }) => {
      const scopes = new Map((await registered(tenantId)).map((row) => [row.agent_id, row.approved_scope]));
      const spans = new Map((await seen(tenantId)).map((row) => [row.agent_id, row]));
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
      const scope = await readAgentScope(context, tenantId, agentId);
      if (scope === undefined)
        throw new HttpError(404, 'not_found', `no scope is set for the agent ${agentId}`);
      return { status: 200, body: presentScope(scope) };
    }),

    operation('setAgentScope', 'write', async (request) => {
      const { tenantId, params, body } = request;
      const agentId = params['agentId'] ?? '';
      const scope = await setAgentScope(context, tenantId, agentId, body.approved_scope, actorOf(request));
      return { status: 200, body: presentScope(scope) };
    }),
  ];
}
