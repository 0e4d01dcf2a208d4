import { sql } from 'kysely';
import { verifyRecords } from '../../../evidence/index.js';
import type { EvidenceRecord } from '../../../evidence/types.js';
import type { ServerContext } from '../../context.js';
import { parseDocument } from '../../tenants/json-documents.js';
import { sessionDecisions } from '../backfill/session-decisions.js';
import { wholeNumber } from '../query-values.js';
import { storedRecord } from '../stored-record.js';
import { publicKeys } from '../verify-chain.js';
import {
  decisionMetrics,
  missedObjectives,
  percentile95,
  share,
  THRESHOLDS,
  type Measured,
} from './slo-metrics.js';

type Context = Pick<ServerContext, 'store' | 'clock' | 'visibility'>;

const HOUR_MS = 3_600_000;
const WINDOW_HOURS = { fallback: 24, max: 2880 };
const SCAN_LIMIT = { fallback: 20_000, max: 100_000 };
/** Records verified link by link and signature by signature: the newest of the window. */
const VERIFIED_RECORDS = 2000;
const PAGE = 500;

/** Evidence quality of the newest decisions of a window, measured on what is stored. */
export async function evidenceSlos(
  context: Context,
  tenantId: string,
  query: Readonly<Record<string, string>>,
) {
  const hours =
    wholeNumber(query, 'window_hours', { min: 1, max: WINDOW_HOURS.max }) ?? WINDOW_HOURS.fallback;
  const scanLimit = wholeNumber(query, 'scan_limit', { min: 1, max: SCAN_LIMIT.max }) ?? SCAN_LIMIT.fallback;
  const now = context.clock.now();
  const since = now - hours * HOUR_MS;
  await context.visibility.flush();
  const decisions = await newestDecisions(context, tenantId, since, scanLimit);
  const latency = await visibilityP95(context, tenantId, since);
  const measured: Measured & ReturnType<typeof decisionMetrics> = {
    ...decisionMetrics(decisions),
    evidence_chain_verification_success: await verificationRate(context, tenantId, since),
    deepllm_enrichment_join_rate: await enrichmentJoinRate(context, tenantId, since, scanLimit),
    ...(latency === undefined ? {} : { decision_to_api_visibility_latency_p95_seconds: latency / 1000 }),
  };
  const failures = missedObjectives(measured);
  return {
    tenant_id: tenantId,
    generated_at: new Date(now).toISOString(),
    passed: failures.length === 0,
    failures,
    thresholds: { ...THRESHOLDS },
    metrics: measured,
    window_hours: hours,
    scan_limit: scanLimit,
  };
}

async function newestDecisions(
  { store }: Context,
  tenantId: string,
  since: number,
  limit: number,
): Promise<EvidenceRecord[]> {
  const found: EvidenceRecord[] = [];
  let before = { occurred_at: Number.MAX_SAFE_INTEGER, chain_index: Number.MAX_SAFE_INTEGER };
  while (found.length < limit) {
    const page = await store.read
      .selectFrom('evidence')
      .select(['occurred_at', 'chain_index', 'record'])
      .where('tenant_id', '=', tenantId)
      .where('kind', '=', sql.lit('decision'))
      .where('occurred_at', '>=', since)
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('occurred_at', 'chain_index'), '<', tuple(before.occurred_at, before.chain_index)),
      )
      .orderBy('occurred_at', 'desc')
      .orderBy('chain_index', 'desc')
      .limit(Math.min(PAGE, limit - found.length))
      .execute();
    const last = page.at(-1);
    if (last === undefined) break;
    found.push(...page.map((row) => storedRecord(row.record)));
    before = last;
    await turn();
  }
  return found;
}

/** Share of the newest records of the window that hash, link and sign as they should. */
async function verificationRate({ store }: Context, tenantId: string, since: number): Promise<number> {
  const rows = await store.read
    .selectFrom('evidence')
    .select(['occurred_at', 'record'])
    .where('tenant_id', '=', tenantId)
    .orderBy('chain_index', 'desc')
    .limit(VERIFIED_RECORDS + 1)
    .execute();
  const records = rows.map((row) => storedRecord(row.record)).reverse();
  const inWindow = rows.filter((row) => row.occurred_at >= since).length;
  const checked = records.slice(-Math.min(inWindow, VERIFIED_RECORDS));
  const [first] = checked;
  if (first === undefined || inWindow === 0) return 1;
  const outcome = await verifyRecords(checked, {
    keys: publicKeys(store),
    tenantId,
    startAfter: { chain_index: first.chain_index - 1, hash: first.previous_hash },
  });
  if (outcome.outcome === 'verified') return 1;
  return Math.max(0, (outcome.index ?? first.chain_index) - first.chain_index) / checked.length;
}

/** Of the enrichments that events brought along, the share whose decision is known. */
async function enrichmentJoinRate(
  { store }: Context,
  tenantId: string,
  since: number,
  limit: number,
): Promise<number> {
  const rows = await store.read
    .selectFrom('events')
    .select(['session_id', 'body'])
    .where('tenant_id', '=', tenantId)
    .where('ingested_at', '>=', since)
    .where(
      sql<boolean>`coalesce(body -> 'metadata' ->> 'deepllm_enrichment', body ->> 'deepllm_enrichment') IS NOT NULL`,
    )
    .orderBy('ingested_at', 'desc')
    .limit(limit)
    .execute();
  const decisionOf = sessionDecisions(store, tenantId);
  const joined = await Promise.all(
    rows.map(async (row) => (await decisionOf(row.session_id, parseDocument(row.body))) !== undefined),
  );
  return share(joined, (found) => found);
}

async function visibilityP95(
  { store }: Context,
  tenantId: string,
  since: number,
): Promise<number | undefined> {
  const rows = await store.read
    .selectFrom('decision_visibility')
    .select(({ fn }) => ['upper_ms', fn.sum<number>('decisions').as('count')])
    .where('tenant_id', '=', tenantId)
    .where('hour', '>=', since - (since % HOUR_MS))
    .groupBy('upper_ms')
    .orderBy('upper_ms')
    .execute();
  return percentile95(rows.map((row) => ({ upper: row.upper_ms, count: row.count })));
}

/** Decisions go first. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
