import type { ServerContext } from '../../context.js';
import { backfillDecisionFields } from '../../reports/backfill/decision-backfill.js';
import { backfillEvidence } from '../../reports/backfill/evidence-backfill.js';
import { backfillParameters } from '../../reports/backfill/parameters.js';
import { collectDecisionMetadata } from '../../reports/decision-metadata/collect.js';
import { exportDecisionMetadata } from '../../reports/decision-metadata/export.js';
import { evidenceSlos } from '../../reports/slos/evidence-slos.js';
import { actorOf } from '../../tenants/recorded-change.js';
import { operation } from '../operation.js';
import type { Route } from '../port.js';

const EVIDENCE_LIMITS = { limit: { fallback: 200, max: 1000 } };
const DECISION_LIMITS = { limit: { fallback: 500, max: 5000 }, windowHours: { fallback: 720, max: 2880 } };

export function evidenceQualityRoutes(context: ServerContext): Route[] {
  /** The same under two paths: clients repeat the call on the second when the first is not there. */
  const backfill = (operationId: 'backfillGovernanceEvidence' | 'backfillGovernanceEvidenceCompat') =>
    operation(operationId, 'write', async (request) => {
      const { tenantId, body, query } = request;
      const asked = {
        ...backfillParameters(body, query, EVIDENCE_LIMITS),
        integrationId: body?.integration_id ?? query['integration_id'],
      };
      return { status: 200, body: await backfillEvidence(context, tenantId, asked, actorOf(request)) };
    });

  return [
    backfill('backfillGovernanceEvidence'),
    backfill('backfillGovernanceEvidenceCompat'),

    operation('backfillGovernanceDecisionFields', 'write', async (request) => {
      const { tenantId, body, query } = request;
      const { windowHours = DECISION_LIMITS.windowHours.fallback, ...asked } = backfillParameters(
        body,
        query,
        DECISION_LIMITS,
      );
      const done = await backfillDecisionFields(
        context,
        tenantId,
        { ...asked, windowHours },
        actorOf(request),
      );
      return { status: 200, body: done };
    }),

    operation('getGovernanceEvidenceSlos', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: await evidenceSlos(context, tenantId, query),
    })),

    operation('exportDecisionMetadata', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: await exportDecisionMetadata(context, tenantId, query),
    })),

    operation('collectDecisionMetadata', 'write', async (request) => ({
      status: 202,
      body: await collectDecisionMetadata(context, request.tenantId, { ...request.body }, actorOf(request)),
    })),
  ];
}
