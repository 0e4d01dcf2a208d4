import { closedMonthAsked, type ClosedMonth } from '../../billing/ledger.js';
import { statementCsv, statementPdf } from '../../billing/statement.js';
import type { ControlContext } from '../control-context.js';
import type { Route } from '../port.js';
import { sendText } from '../reply.js';

const FORMS = {
  csv: {
    operationId: 'getBillingArtifactCsv',
    type: 'text/csv; charset=utf-8',
    write: (_tenantId: string, month: ClosedMonth) => statementCsv(month),
  },
  pdf: { operationId: 'getBillingArtifactPdf', type: 'application/pdf', write: statementPdf },
} as const;

/** The files behind the links of billing artifacts. */
export function billingStatementRoutes(context: ControlContext): Route[] {
  return Object.entries(FORMS).map(([form, { operationId, type, write }]) => ({
    operationId,
    permission: 'read',
    async handle({ tenantId, params, requestId, raw }) {
      const month = await closedMonthAsked(context, tenantId, params);
      sendText(raw.response, requestId, 200, write(tenantId, month), type, {
        'content-disposition': `attachment; filename="statement-${month.period}.${form}"`,
      });
      return 'streamed';
    },
  }));
}

/** Where a statement is served, relative to the control plane, whose own name is the client's to know. */
export function statementPath(
  tenantId: string,
  { year, month }: Pick<ClosedMonth, 'year' | 'month'>,
  form: keyof typeof FORMS,
): string {
  return `/${encodeURIComponent(tenantId)}/thoth/x/billing/artifacts/${year}/${month}/${form}`;
}
