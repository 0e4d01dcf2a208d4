import type { ServerContext } from '../../context.js';
import {
  agentForensics,
  incidentForensics,
  sessionForensics,
} from '../../reports/forensics/investigation.js';
import { operation } from '../operation.js';
import type { Route } from '../port.js';

export function forensicsRoutes(context: ServerContext): Route[] {
  return [
    operation('getSessionForensics', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await sessionForensics(context, tenantId, params['sessionId'] ?? ''),
    })),

    operation('getIncidentForensics', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await incidentForensics(context, tenantId, params['incidentId'] ?? ''),
    })),

    operation('getAgentLatestForensics', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await agentForensics(context, tenantId, params['agentId'] ?? ''),
    })),
  ];
}
