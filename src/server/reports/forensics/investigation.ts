import type { EvidenceRecord } from '../../../evidence/types.js';
import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import { catchUp } from '../read-models/catch-up.js';
import { textMember } from '../stored-record.js';
import { findViolation } from '../violations.js';
import { attackSurface } from './attack-surface.js';
import { sessionHistory, type SessionHistory } from './session-history.js';
import { telemetrySummary } from './telemetry-summary.js';
import { timeline } from './timeline.js';

type Context = Pick<ServerContext, 'store'>;

export async function sessionForensics(context: Context, tenantId: string, sessionId: string) {
  return investigation(await sessionHistory(context, tenantId, sessionId));
}

/** The session of an incident: a violation, the event id of its decision, or an alert about it. */
export async function incidentForensics(context: Context, tenantId: string, incidentId: string) {
  const alert = /^alr_(?:burst_)?(.+)$/.exec(incidentId)?.[1];
  const record = await findViolation(context.store, tenantId, alert ?? incidentId);
  const sessionId = record === undefined ? undefined : textMember(record, 'session_id');
  if (sessionId === undefined) throw new HttpError(404, 'not_found', `there is no incident ${incidentId}`);
  return {
    ...(await sessionForensics(context, tenantId, sessionId)),
    incident_id: incidentId,
    incident_source: alert === undefined ? 'enforcement' : 'alert',
  };
}

/** The newest session of an agent. */
export async function agentForensics(context: Context, tenantId: string, agentId: string) {
  await catchUp(context, tenantId);
  const { read } = context.store;
  const [decided, reported] = await Promise.all([
    read
      .selectFrom('session_stats')
      .select(['session_id', 'last_seen'])
      .where('tenant_id', '=', tenantId)
      .where('agent_id', '=', agentId)
      .orderBy('last_index', 'desc')
      .limit(1)
      .executeTakeFirst(),
    read
      .selectFrom('events')
      .select(['session_id', 'occurred_at'])
      .where('tenant_id', '=', tenantId)
      .where('agent_id', '=', agentId)
      .orderBy('occurred_at', 'desc')
      .limit(1)
      .executeTakeFirst(),
  ]);
  // A decision is the better witness: an event carries its sender's clock.
  const sessionId = decided?.session_id ?? reported?.session_id;
  if (sessionId === undefined)
    throw new HttpError(404, 'not_found', `nothing is recorded of agent ${agentId}`);
  return sessionForensics(context, tenantId, sessionId);
}

function investigation(history: SessionHistory) {
  const decisions = history.records.filter((record) => record['kind'] === 'decision');
  const last = decisions.at(-1);
  const agentId =
    (last === undefined ? undefined : textMember(last, 'agent_id')) ??
    history.events.map((event) => textMember(event.body, 'agent_id')).findLast((id) => id !== undefined);
  return {
    session_id: history.sessionId,
    agent_id: agentId ?? null,
    agent_name: null,
    risk_score: riskScore(decisions),
    events: timeline(history),
    telemetry_summary: telemetrySummary(history, decisions),
    attack_surface: attackSurface(decisions),
  };
}

/** The worst score a call of the session got; it already counts the violations before it. 0 to 100. */
function riskScore(decisions: readonly EvidenceRecord[]): number {
  const scores = decisions.map((record) => record['risk_score']).filter((score) => typeof score === 'number');
  return Math.round(scores.reduce((worst, score) => Math.max(worst, score), 0));
}
