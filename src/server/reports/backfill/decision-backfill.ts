import { sql } from 'kysely';
import type { ServerContext } from '../../context.js';
import { parseDocument } from '../../tenants/json-documents.js';
import { commitChange, type Actor } from '../../tenants/recorded-change.js';
import { enrichmentOf, patchEvent, PATCHED_FIELDS } from './decision-patch.js';
import { isBlocked, sessionDecisions } from './session-decisions.js';

type Context = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId' | 'tenants'>;

interface Asked {
  readonly limit: number;
  readonly windowHours: number;
  readonly includeBlocked: boolean;
  readonly dryRun: boolean;
}

const HOUR_MS = 3_600_000;

/** Fills decision fields that stored events of tool calls lack from the decisions they belong to. */
export function backfillDecisionFields(context: Context, tenantId: string, asked: Asked, actor: Actor) {
  return context.tenants.exclusively(tenantId, async () => {
    const rows = await eventsOfDecidedSessions(context, tenantId, asked);
    const decisionOf = sessionDecisions(context.store, tenantId);
    const matched = [];
    const enrichments = new Map<string, unknown>();
    for (const row of rows) {
      const event = parseDocument(row.body);
      const decision = await decisionOf(row.session_id, event);
      if (decision === undefined || (!asked.includeBlocked && isBlocked(event, decision))) continue;
      const enrichment = enrichmentOf(event);
      if (enrichment !== undefined) enrichments.set(decision.hash, enrichment);
      matched.push({ eventId: row.event_id, event, decision });
    }
    const patches = matched
      .map(({ eventId, event, decision }) => ({
        eventId,
        ...patchEvent(event, decision, enrichments.get(decision.hash)),
      }))
      .filter((patch) => patch.fields.length > 0);
    const counts = Object.fromEntries(
      PATCHED_FIELDS.map((field) => [
        `patched_${field}`,
        patches.filter((patch) => patch.fields.includes(field)).length,
      ]),
    );
    if (!asked.dryRun && patches.length > 0) {
      await commitChange(context, {
        tenantId,
        action: 'governance.decision_backfill',
        actor,
        target: { type: 'events', id: 'behavioral_events' },
        facts: { updated: patches.length, ...counts },
        statements: patches.map(({ eventId, event }) =>
          context.store.build
            .updateTable('events')
            .set({ body: JSON.stringify(event) })
            .where('tenant_id', '=', tenantId)
            .where('event_id', '=', eventId)
            .compile(),
        ),
      });
    }
    return {
      examined: rows.length,
      candidates: patches.length,
      updated: asked.dryRun ? 0 : patches.length,
      ...(asked.dryRun ? { would_update: patches.length } : {}),
      skipped_no_change: rows.length - patches.length,
      ...counts,
      row_ids: patches.map((patch) => patch.eventId),
    };
  });
}

/** Events of tool calls in sessions with decisions: those without a decision of their own first, then the newest. */
function eventsOfDecidedSessions({ store, clock }: Context, tenantId: string, asked: Asked) {
  return store.read
    .selectFrom('events')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('ingested_at', '>=', clock.now() - asked.windowHours * HOUR_MS)
    .where('event_type', 'like', 'TOOL_CALL_%')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('evidence')
          .select(sql.lit(1).as('one'))
          .whereRef('evidence.tenant_id', '=', 'events.tenant_id')
          .whereRef('evidence.session_id', '=', 'events.session_id')
          .where('evidence.kind', '=', 'decision'),
      ),
    )
    .orderBy(sql`body -> 'metadata' ->> 'decision_evidence' IS NOT NULL`)
    .orderBy('ingested_at', 'desc')
    .orderBy('event_id')
    .limit(asked.limit)
    .execute();
}
