import type { ServerContext } from '../context.js';
import { instant, textList } from './json-documents.js';
import { commitChange, type Actor } from './recorded-change.js';

export interface AgentScopeState {
  readonly agentId: string;
  readonly approvedScope: readonly string[];
  readonly updatedAt: number;
}

export function presentScope(state: AgentScopeState) {
  return {
    agent_id: state.agentId,
    approved_scope: [...state.approvedScope],
    updated_at: instant(state.updatedAt),
  };
}

export async function readAgentScope(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
  agentId: string,
): Promise<AgentScopeState | undefined> {
  const row = await store.read
    .selectFrom('agents')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { agentId, approvedScope: textList(JSON.parse(row.approved_scope)), updatedAt: row.updated_at };
}

/** Registers the tools an agent may call. The same scope again is no change. */
export function setAgentScope(
  context: Pick<ServerContext, 'store' | 'clock' | 'streams' | 'tenants' | 'newId'>,
  tenantId: string,
  agentId: string,
  tools: readonly string[],
  actor: Actor,
): Promise<AgentScopeState> {
  const approvedScope = [...new Set(tools)];
  return context.tenants.exclusively(tenantId, async () => {
    const before = await readAgentScope(context, tenantId, agentId);
    const stored = JSON.stringify(approvedScope);
    if (before !== undefined && JSON.stringify(before.approvedScope) === stored) return before;
    const now = context.clock.now();
    const changing = { approved_scope: stored, updated_at: now };
    await commitChange(context, {
      tenantId,
      action: 'agent_scope.set',
      actor,
      target: { type: 'agent', id: agentId },
      facts: { approved_scope: approvedScope },
      statements: [
        context.store.build
          .insertInto('agents')
          .values({ tenant_id: tenantId, agent_id: agentId, created_at: now, ...changing })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'agent_id']).doUpdateSet(changing))
          .compile(),
      ],
    });
    await context.tenants.reload(tenantId);
    return { agentId, approvedScope, updatedAt: now };
  });
}
