import { canonicalize } from '../../../evidence/canonical.js';
import { sha256Hex } from '../../../evidence/signature.js';
import type { EvidenceDraft } from '../../../evidence/types.js';
import { closedMonths } from '../../billing/ledger.js';
import type { ServerContext } from '../../context.js';
import type { EventRow } from '../../enforce/event-row.js';
import { objectMember, parseDocument, textMember } from '../../tenants/json-documents.js';
import { commitChange, type Actor } from '../../tenants/recorded-change.js';
import { textMember as recordText } from '../stored-record.js';
import { isBlocked, sessionDecisions } from './session-decisions.js';

type Context = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId' | 'tenants'>;

interface Asked {
  readonly limit: number;
  readonly includeBlocked: boolean;
  readonly dryRun: boolean;
  readonly integrationId: string | undefined;
}

/** Found evidence, or evidence to be made, of one event. */
interface Link {
  readonly eventId: string;
  readonly evidenceId: string;
}

/**
 * Makes evidence of stored events that have none: neither a decision on this chain nor a record of an earlier run. An
 * event is settled once and not looked at again before all others, so that repeated runs reach the last of them.
 */
export async function backfillEvidence(context: Context, tenantId: string, asked: Asked, actor: Actor) {
  // These records bear the times of their events. A month that has ended is billed without them, read before or not.
  if (!asked.dryRun) await closedMonths(context, tenantId);
  return context.tenants.exclusively(tenantId, async () => {
    const rows = await eventsToExamine(context, tenantId, asked.limit);
    const decisionOf = sessionDecisions(context.store, tenantId);
    const existing: Link[] = [];
    const created: (Link & { readonly draft: EvidenceDraft })[] = [];
    let settled = 0;
    for (const row of rows) {
      if (row.evidence_id !== null) {
        settled += 1;
        continue;
      }
      const event = parseDocument(row.body);
      const decision = await decisionOf(row.session_id, event);
      if (!asked.includeBlocked && isBlocked(event, decision)) continue;
      const evidenceId = decision === undefined ? undefined : recordText(decision, 'evidence_id');
      if (evidenceId !== undefined) {
        existing.push({ eventId: row.event_id, evidenceId });
        continue;
      }
      const fresh = context.newId('evd');
      created.push({
        eventId: row.event_id,
        evidenceId: fresh,
        draft: eventDraft(row, fresh, asked.integrationId),
      });
    }
    if (!asked.dryRun) await settle(context, tenantId, existing, created, actor, asked.integrationId);
    return {
      source_collection: 'behavioral_events',
      examined: rows.length,
      candidates: created.length,
      created: asked.dryRun ? 0 : created.length,
      ...(asked.dryRun ? { would_create: created.length } : {}),
      skipped_existing: settled + existing.length,
      evidence_ids: created.map((link) => link.evidenceId),
      dry_run: asked.dryRun,
    };
  });
}

/** Unsettled events first, oldest first; settled ones fill up what is left of the limit. */
function eventsToExamine({ store }: Context, tenantId: string, limit: number) {
  return store.read
    .selectFrom('events')
    .leftJoin('event_evidence', (join) =>
      join
        .onRef('event_evidence.tenant_id', '=', 'events.tenant_id')
        .onRef('event_evidence.event_id', '=', 'events.event_id'),
    )
    .selectAll('events')
    .select('event_evidence.evidence_id')
    .where('events.tenant_id', '=', tenantId)
    .orderBy((order) => order('event_evidence.evidence_id', 'is not', null))
    .orderBy('events.ingested_at')
    .orderBy('events.event_id')
    .limit(limit)
    .execute();
}

/** What was reported, as reported: the server vouches for having received it, not for its truth. Never its content. */
function eventDraft(row: EventRow, evidenceId: string, integrationId: string | undefined): EvidenceDraft {
  const event = parseDocument(row.body);
  const metadata = objectMember(event, 'metadata');
  return {
    kind: 'event',
    evidence_id: evidenceId,
    occurred_at: new Date(row.occurred_at).toISOString(),
    body: {
      agent_id: row.agent_id ?? undefined,
      event_digest: sha256Hex(canonicalize(event)),
      event_id: row.event_id,
      event_type: row.event_type,
      ingested_at: new Date(row.ingested_at).toISOString(),
      integration_id: integrationId,
      reported_decision: textMember(metadata, 'authorization_decision'),
      session_id: row.session_id,
      source: 'backfill',
      tool_name: row.tool_name ?? undefined,
      user_id: textMember(event, 'user_id'),
    },
  };
}

async function settle(
  context: Context,
  tenantId: string,
  existing: readonly Link[],
  created: readonly (Link & { readonly draft: EvidenceDraft })[],
  actor: Actor,
  integrationId: string | undefined,
): Promise<void> {
  const links = [...existing, ...created].map(({ eventId, evidenceId }) =>
    context.store.build
      .insertInto('event_evidence')
      .values({ tenant_id: tenantId, event_id: eventId, evidence_id: evidenceId })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'event_id']).doNothing())
      .compile(),
  );
  if (created.length === 0) {
    // Nothing changed that anybody could see: only what need not be looked up again.
    if (links.length > 0) await context.store.commit({ tenantId, statements: links, evidence: [] });
    return;
  }
  await commitChange(context, {
    tenantId,
    action: 'evidence.backfill',
    actor,
    target: { type: 'events', id: 'behavioral_events' },
    facts: {
      created: created.length,
      ...(integrationId === undefined ? {} : { integration_id: integrationId }),
    },
    statements: links,
    makes: created.map(({ draft }) => draft),
  });
}
