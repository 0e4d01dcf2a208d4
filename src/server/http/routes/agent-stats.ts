import type { ServerContext } from '../../context.js';
import { agentStats } from '../../reports/agent-stats.js';
import type { Route } from '../port.js';

export function agentStatsRoutes(context: ServerContext): Route[] {
  return [
    {
      operationId: 'getAgentStats',
      permission: 'read',
      async handle({ tenantId }) {
        return { status: 200, body: await agentStats(context, tenantId) };
      },
    },
  ];
}
