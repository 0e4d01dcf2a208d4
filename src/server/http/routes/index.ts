import type { ControlContext } from '../control-context.js';
import type { Route } from '../port.js';
import { agentStatsRoutes } from './agent-stats.js';
import { alertRoutes } from './alerts.js';
import { approvalRoutes } from './approvals.js';
import { enforceRoutes } from './enforce.js';
import { evidenceRoutes } from './evidence.js';
import { feedRoutes } from './feed.js';
import { streamRoutes } from './streams.js';
import { violationRoutes } from './violations.js';
import { agentRoutes } from './agents.js';
import { apiKeyRoutes } from './api-keys.js';
import { authRoutes } from './auth.js';
import { policyBundleRoutes } from './policy-bundles.js';
import { policySyncRoutes } from './policy-sync.js';
import { serverRoutes } from './server.js';
import { settingsRoutes } from './settings.js';
import { tenantRoutes } from './tenants.js';
import { webhookRoutes } from './webhooks.js';
import { mdmRoutes } from './mdm.js';

/** Every family of routes. A family registers here and nowhere else; operations without a route answer 404. */
export const routeFamilies: readonly ((context: ControlContext) => Route[])[] = [
  settingsRoutes,
  apiKeyRoutes,
  authRoutes,
  tenantRoutes,
  agentRoutes,
  serverRoutes,
  policyBundleRoutes,
  policySyncRoutes,
  webhookRoutes,
  mdmRoutes,
  enforceRoutes,
  approvalRoutes,
  violationRoutes,
  alertRoutes,
  agentStatsRoutes,
  feedRoutes,
  evidenceRoutes,
  streamRoutes,
];
