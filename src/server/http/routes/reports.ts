import { findReport, generateReport, listReports } from '../../reports/summaries/airs-reports.js';
import { boardIncident } from '../../reports/summaries/board-incident.js';
import { costReport } from '../../reports/summaries/cost.js';
import { day7Report } from '../../reports/summaries/day7.js';
import { reportsOverview } from '../../reports/summaries/overview.js';
import { wholeNumber } from '../../reports/query-values.js';
import { actorOf } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import type { Route } from '../port.js';

type Query = Readonly<Record<string, string>>;
const MOST_DAYS = 366;

export function reportRoutes(context: ControlContext): Route[] {
  const days = (query: Query, fallback: number) =>
    wholeNumber(query, 'days', { min: 1, max: MOST_DAYS }) ?? fallback;
  const rate = (query: Query) => (query['rate'] === undefined ? undefined : Number(query['rate']));

  return [
    operation('getDay7Report', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: await day7Report(context, tenantId, days(query, 7)),
    })),
    operation('getReportsOverview', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: await reportsOverview(context, tenantId, days(query, 30)),
    })),
    operation('getCostReport', 'read', async ({ tenantId, query }) => ({
      status: 200,
      body: await costReport(context, tenantId, days(query, 30), rate(query)),
    })),
    operation('getExecutiveSummary', 'read', async ({ tenantId, query }) => {
      const window = days(query, 30);
      const { totals, top_agents, top_tools, generated_at } = await reportsOverview(
        context,
        tenantId,
        window,
      );
      const {
        rows: _rows,
        window_days: _days,
        generated_at: _at,
        ...cost
      } = await costReport(context, tenantId, window, rate(query));
      const refused = totals.calls === 0 ? 0 : totals.violations / totals.calls;
      const summary = { posture: { ...totals, refused_share: refused }, top_agents, top_tools, cost };
      return { status: 200, body: { window_days: window, generated_at, summary } };
    }),
    operation('getBoardIncidentSummary', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await boardIncident(context, tenantId, params['violationId'] ?? ''),
    })),
    operation('listAirsReports', 'read', async ({ tenantId, query }) => {
      const found = await listReports(context, tenantId, query);
      const limit = wholeNumber(query, 'limit', { min: 1 });
      return { status: 200, body: { data: found.slice(0, limit), total: found.length } };
    }),
    operation('getAirsReport', 'read', async ({ tenantId, params, query }) => ({
      status: 200,
      body: await findReport(context, tenantId, params['reportId'] ?? '', query),
    })),
    operation('generateAirsReport', 'write', async (request) => ({
      status: 201,
      body: await generateReport(context, request.tenantId, request.body, actorOf(request)),
    })),
  ];
}
