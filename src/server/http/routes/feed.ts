import type { ServerContext } from '../../context.js';
import { feedPage } from '../../reports/evidence-feed.js';
import { toolStats } from '../../reports/tool-stats.js';
import type { Route } from '../port.js';

export function feedRoutes(context: ServerContext): Route[] {
  return [
    {
      operationId: 'listGovernanceFeed',
      permission: 'read',
      async handle({ tenantId, query }) {
        return { status: 200, body: await feedPage(context, tenantId, query) };
      },
    },
    {
      operationId: 'listGovernanceTools',
      permission: 'read',
      async handle({ tenantId, query }) {
        return { status: 200, body: await toolStats(context, tenantId, query) };
      },
    },
  ];
}
