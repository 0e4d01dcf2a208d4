import type { ServerContext } from '../../context.js';
import { wholeNumber } from '../../reports/query-values.js';
import { violation, violationList } from '../../reports/violations.js';
import type { Route } from '../port.js';

const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 5000;

export function violationRoutes(context: ServerContext): Route[] {
  return [
    {
      operationId: 'listViolations',
      permission: 'read',
      async handle({ tenantId, query }) {
        const limit = wholeNumber(query, 'limit', { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT;
        return { status: 200, body: await violationList(context.store, tenantId, limit) };
      },
    },
    {
      operationId: 'getViolation',
      permission: 'read',
      async handle({ tenantId, params }) {
        return { status: 200, body: await violation(context.store, tenantId, params.violationId ?? '') };
      },
    },
  ];
}
