import { canonicalize } from '../../../evidence/canonical.js';
import { sha256Hex } from '../../../evidence/signature.js';
import type { ServerContext } from '../../context.js';
import { isJsonObject, ownMember, textMember, type JsonObject } from '../../tenants/json-documents.js';
import { commitChange, type Actor } from '../../tenants/recorded-change.js';

type Context = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId' | 'tenants'>;

/** Ids per look-up, within what one statement may bind. */
const CHUNK = 500;

interface Collected {
  readonly id: string;
  readonly kind: 'decision' | 'approval';
  readonly document: JsonObject;
}

/** Takes a batch of an exporter. Consecutive batches overlap, so what is known already is not taken again. */
export function collectDecisionMetadata(context: Context, tenantId: string, batch: JsonObject, actor: Actor) {
  return context.tenants.exclusively(tenantId, async () => {
    const sent = [...items(batch, 'records', 'decision'), ...items(batch, 'approvals', 'approval')];
    const known = await knownIds(context, tenantId, sent);
    const fresh = [...new Map(sent.map((item) => [item.id, item])).values()].filter(
      ({ id }) => !known.has(id),
    );
    if (fresh.length > 0) {
      const now = context.clock.now();
      await commitChange(context, {
        tenantId,
        action: 'decision_metadata.collect',
        actor,
        target: { type: 'decision_metadata', id: sha256Hex(canonicalize(batch)) },
        facts: { records: fresh.length, duplicates: sent.length - fresh.length },
        statements: fresh.map(({ id, kind, document }) =>
          context.store.build
            .insertInto('collected_decisions')
            .values({
              tenant_id: tenantId,
              record_id: id,
              kind,
              document: JSON.stringify(document),
              collected_at: now,
            })
            .compile(),
        ),
      });
    }
    const count = (kind: Collected['kind']) => fresh.filter((item) => item.kind === kind).length;
    return {
      status: 'accepted',
      record_count: count('decision'),
      approval_count: count('approval'),
      duplicate_count: sent.length - fresh.length,
    };
  });
}

/** A hold that was resolved since the last batch is news: its content is part of its identity, a decision never changes. */
function items(batch: JsonObject, member: string, kind: Collected['kind']): Collected[] {
  const list = ownMember(batch, member);
  if (!Array.isArray(list)) return [];
  const entries: unknown[] = list;
  return entries.filter(isJsonObject).map((document) => {
    const id = kind === 'decision' ? textMember(document, 'evidence_id') : undefined;
    return { id: id ?? `sha256:${sha256Hex(canonicalize(document))}`, kind, document };
  });
}

async function knownIds(
  { store }: Context,
  tenantId: string,
  sent: readonly Collected[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (let from = 0; from < sent.length; from += CHUNK) {
    const rows = await store.read
      .selectFrom('collected_decisions')
      .select('record_id')
      .where('tenant_id', '=', tenantId)
      .where(
        'record_id',
        'in',
        sent.slice(from, from + CHUNK).map(({ id }) => id),
      )
      .execute();
    for (const row of rows) known.add(row.record_id);
  }
  return known;
}
