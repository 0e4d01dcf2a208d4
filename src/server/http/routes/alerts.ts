import type { ServerContext } from '../../context.js';
import { alertList } from '../../reports/alerts.js';
import { wholeNumber } from '../../reports/query-values.js';
import type { Route } from '../port.js';

const DEFAULT_LIMIT = 500;

export function alertRoutes(context: ServerContext): Route[] {
  return [
    {
      operationId: 'listAlerts',
      permission: 'read',
      async handle({ tenantId, query }) {
        const limit = wholeNumber(query, 'limit', { min: 1 }) ?? DEFAULT_LIMIT;
        return { status: 200, body: await alertList(context, tenantId, limit) };
      },
    },
  ];
}
