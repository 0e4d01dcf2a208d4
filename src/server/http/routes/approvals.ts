import { isObject } from '../../enforce/call-request.js';
import { resolveApproval, type ApprovalContext } from '../../enforce/approval-resolution.js';
import { expireDueHolds } from '../../enforce/hold-expiry.js';
import { approval, approvalList } from '../../reports/approvals.js';
import type { Route } from '../port.js';

const MAX_REASON = 2000;

export function approvalRoutes(context: ApprovalContext): Route[] {
  const settleDue = (tenantId: string): Promise<void> =>
    // A store that cannot write must not hide the queue; the sweep tries again.
    expireDueHolds(context, tenantId).catch(() => undefined);
  return [
    {
      operationId: 'listApprovals',
      permission: 'read',
      async handle({ tenantId, query }) {
        await settleDue(tenantId);
        return { status: 200, body: await approvalList(context.store, tenantId, query) };
      },
    },
    {
      operationId: 'getApproval',
      permission: 'read',
      async handle({ tenantId, params }) {
        await settleDue(tenantId);
        return { status: 200, body: await approval(context.store, tenantId, params.approvalId ?? '') };
      },
    },
    {
      operationId: 'resolveApproval',
      permission: 'write',
      async handle({ tenantId, params, body, principal, provenance }) {
        const sent = isObject(body) ? body : {};
        const verdict = {
          literal: typeof sent.decision === 'string' ? sent.decision : '',
          reason:
            typeof sent.reason === 'string' && sent.reason !== '' ? sent.reason.slice(0, MAX_REASON) : null,
          principal,
          provenance,
        };
        return {
          status: 200,
          body: await resolveApproval(context, tenantId, params.approvalId ?? '', verdict),
        };
      },
    },
  ];
}
