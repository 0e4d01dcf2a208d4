import type { ControlContext } from '../control-context.js';
import type { Route } from '../port.js';
import { agentStatsRoutes } from './agent-stats.js';
import { alertRoutes } from './alerts.js';
import { approvalRoutes } from './approvals.js';
import { enforceRoutes } from './enforce.js';
import { evidenceRoutes } from './evidence.js';
import { feedRoutes } from './feed.js';
import { evidenceQualityRoutes } from './evidence-quality.js';
import { billingStatementRoutes } from './billing-statements.js';
import { billingRoutes } from './billing.js';
import { reportRoutes } from './reports.js';
import { forensicsRoutes } from './forensics.js';
import { streamRoutes } from './streams.js';
import { violationRoutes } from './violations.js';
import { agentRoutes } from './agents.js';
import { apiKeyRoutes } from './api-keys.js';
import { authRoutes } from './auth.js';
import { policyChangeArtifactRoutes } from './policy-change-artifacts.js';
import { policyExceptionRoutes } from './policy-exceptions.js';
import { packRoutes } from './packs.js';
import { policyBundleRoutes } from './policy-bundles.js';
import { policyExplainRoutes } from './policy-explain.js';
import { policyGroupRoutes } from './policy-groups.js';
import { policySyncRoutes } from './policy-sync.js';
import { serverRoutes } from './server.js';
import { settingsRoutes } from './settings.js';
import { tenantRoutes } from './tenants.js';
import { webhookRoutes } from './webhooks.js';
import { browserRoutes } from './browser.js';
import { mcpRoutes } from './mcp.js';
import { deliveryRoutes } from './deliveries.js';
import { pamRoutes } from './pam.js';
import { mdmRoutes } from './mdm.js';
import { endpointRoutes } from './endpoints.js';
import { fleetRoutes } from './fleets.js';

/** Every family of routes. A family registers here and nowhere else; operations without a route answer 404. */
export const routeFamilies: readonly ((context: ControlContext) => Route[])[] = [
  settingsRoutes,
  apiKeyRoutes,
  authRoutes,
  tenantRoutes,
  agentRoutes,
  serverRoutes,
  policyBundleRoutes,
  policyExplainRoutes,
  policyGroupRoutes,
  policySyncRoutes,
  webhookRoutes,
  deliveryRoutes,
  pamRoutes,
  mdmRoutes,
  mcpRoutes,
  fleetRoutes,
  endpointRoutes,
  browserRoutes,
  packRoutes,
  policyExceptionRoutes,
  policyChangeArtifactRoutes,
  enforceRoutes,
  approvalRoutes,
  violationRoutes,
  alertRoutes,
  agentStatsRoutes,
  feedRoutes,
  evidenceRoutes,
  forensicsRoutes,
  reportRoutes,
  billingRoutes,
  billingStatementRoutes,
  evidenceQualityRoutes,
  streamRoutes,
];
