import { citedCall } from '../../tenants/exceptions/cited-violation.js';
import { saveArtifact } from '../../tenants/exceptions/artifact-row.js';
import { presentException, type ExceptionRow } from '../../tenants/exceptions/exception-row.js';
import { findException, updateException } from '../../tenants/exceptions/exception-store.js';
import { newArtifact } from '../../tenants/exceptions/new-artifact.js';
import { reviewed } from '../../tenants/exceptions/review.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import { EVERY_ROW, wholeNumber } from '../../reports/query-values.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

/** Requests to be let past a policy, and what reviewers made of them. */
export function policyExceptionRoutes(context: ControlContext): Route[] {
  const { store, clock, tenants } = context;

  return [
    operation('listPolicyExceptions', 'read', async ({ tenantId, query }) => {
      let matching = store.read.selectFrom('policy_exceptions').where('tenant_id', '=', tenantId);
      for (const column of ['status', 'requested_by', 'reviewed_by'] as const) {
        const wanted = query[column];
        if (wanted !== undefined) matching = matching.where(column, '=', wanted);
      }
      const limit = wholeNumber(query, 'limit', { min: 1 });
      const offset = wholeNumber(query, 'offset', { min: 0 }) ?? 0;
      const page = matching.selectAll().orderBy('created_at', 'desc').orderBy('request_id', 'desc');
      const [rows, { total }] = await Promise.all([
        page
          .limit(limit ?? EVERY_ROW)
          .offset(offset)
          .execute(),
        matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
      ]);
      const data = rows.map((row) => presentException(row, clock.now()));
      return { status: 200, body: { data, total, ...(limit === undefined ? {} : { limit }), offset } };
    }),

    operation('createPolicyException', 'write', (request) => {
      const { tenantId, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const { request_id: chosen, requested_by: requestedBy, ...told } = body;
        const requestId = chosen?.trim() || context.newId('exr');
        if (await exists(requestId, tenantId)) {
          throw new HttpError(409, 'already_exists', `there is an exception ${requestId} already`);
        }
        const cited = await citedCall(context, tenantId, body);
        const now = clock.now();
        const row: ExceptionRow = {
          tenant_id: tenantId,
          request_id: requestId,
          status: 'pending',
          requested_by: requestedBy,
          reviewed_by: null,
          agent_id: cited.agentId ?? null,
          tool_name: cited.toolName ?? null,
          cited: JSON.stringify({ environment: cited.environment, ruleIds: cited.ruleIds }),
          document: JSON.stringify(told),
          override: null,
          override_revoked_at: null,
          created_at: now,
          updated_at: now,
        };
        await commitChange(context, {
          tenantId,
          action: 'policy_exception.create',
          actor: actorOf(request),
          target: { type: 'policy_exception', id: requestId },
          facts: { violation_id: body.violation_id, requested_by: requestedBy, rules: cited.ruleIds },
          statements: [store.build.insertInto('policy_exceptions').values(row).compile()],
        });
        return { status: 201, body: presentException(row, now) };
      });
    }),

    operation('getPolicyException', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: presentException(await findException(context, tenantId, params['requestId'] ?? ''), clock.now()),
    })),

    operation('reviewPolicyException', 'write', (request) => {
      const { tenantId, params, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const now = clock.now();
        const before = await findException(context, tenantId, params['requestId'] ?? '');
        const { row, change } = reviewed(before, body, now);
        const artifact =
          change &&
          newArtifact(context, {
            tenantId,
            change,
            owner: body.owner,
            targetEnvironment: body.target_environment,
            policyChange: body.policy_change,
          });
        await commitChange(context, {
          tenantId,
          action: 'policy_exception.review',
          actor: actorOf(request),
          target: { type: 'policy_exception', id: row.request_id },
          facts: {
            review_decision: body.review_decision,
            reviewed_by: body.reviewed_by,
            status: row.status,
            ...(row.override === null
              ? {}
              : { override_expires_at: body.override_expires_at, sets_aside: change?.ruleIds ?? [] }),
          },
          statements: [
            updateException(context, row),
            ...(artifact === undefined ? [] : [saveArtifact(context, artifact)]),
          ],
        });
        if (row.override !== null) await tenants.reloadGovernance(tenantId);
        return { status: 200, body: presentException(row, now) };
      });
    }),
  ];

  async function exists(requestId: string, tenantId: string): Promise<boolean> {
    const row = await store.read
      .selectFrom('policy_exceptions')
      .select('request_id')
      .where('tenant_id', '=', tenantId)
      .where('request_id', '=', requestId)
      .executeTakeFirst();
    return row !== undefined;
  }
}
