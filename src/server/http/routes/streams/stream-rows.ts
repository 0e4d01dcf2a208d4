import { approvalRow, approvalRowAsOf } from '../../../enforce/approval-row.js';
import { feedRow } from '../../../reports/feed-row.js';
import { votesOf } from '../../../reports/approvals.js';
import { storedRecord } from '../../../reports/stored-record.js';
import { violationRow } from '../../../reports/violation-row.js';
import type { Store } from '../../../store/port.js';
import type { ReadRows } from './follow.js';

export function readViolations(store: Store): ReadRows {
  return async (tenantId, after, upTo) => {
    const rows = await store.read
      .selectFrom('evidence')
      .select(['chain_index', 'record'])
      .where('tenant_id', '=', tenantId)
      .where('violation_id', 'is not', null)
      .where('chain_index', '>', after)
      .where('chain_index', '<=', upTo)
      .orderBy('chain_index')
      .execute();
    return rows.map((row) => ({ cursor: row.chain_index, row: violationRow(storedRecord(row.record)) }));
  };
}

export function readFeed(store: Store): ReadRows {
  return async (tenantId, after, upTo) => {
    const rows = await store.read
      .selectFrom('evidence')
      .select(['chain_index', 'record'])
      .where('tenant_id', '=', tenantId)
      .where('kind', '=', 'decision')
      .where('chain_index', '>', after)
      .where('chain_index', '<=', upTo)
      .orderBy('chain_index')
      .execute();
    return rows.map((row) => ({ cursor: row.chain_index, row: feedRow(storedRecord(row.record)) }));
  };
}

const CLOSING = new Set(
  ['approve', 'deny', 'self_approve', 'self_decline', 'expire', 'withdraw'].map(
    (verb) => `control.approval.${verb}`,
  ),
);

/**
 * One row when a hold appears and one at each change of it, each showing the hold as that change left it, so that the
 * same cursor always reads the same rows.
 */
export function readApprovals(store: Store): ReadRows {
  return async (tenantId, after, upTo) => {
    const changes = await store.read
      .selectFrom('evidence')
      .select(['chain_index', 'kind', 'occurred_at', 'record'])
      .where('tenant_id', '=', tenantId)
      .where('chain_index', '>', after)
      .where('chain_index', '<=', upTo)
      .where((evidence) =>
        evidence.or([
          evidence.and([evidence('kind', '=', 'decision'), evidence('decision', '=', 'STEP_UP')]),
          evidence('kind', 'like', 'control.approval.%'),
        ]),
      )
      .orderBy('chain_index')
      .execute();
    if (changes.length === 0) return [];
    const ids = changes.map((change) => approvalIdOf(storedRecord(change.record)));
    const approvals = await store.read
      .selectFrom('approvals')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('approval_id', 'in', [...new Set(ids)])
      .execute();
    const votes = await votesOf(store, tenantId, approvals);
    const byId = new Map(approvals.map((row) => [row.approval_id, row]));
    return changes.flatMap((change, index) => {
      const approval = byId.get(ids[index] ?? '');
      if (approval === undefined) return [];
      const given = votes.get(approval.approval_id) ?? [];
      const row = CLOSING.has(change.kind)
        ? approvalRow(approval, given)
        : approvalRowAsOf(approval, given, change.occurred_at);
      return [{ cursor: change.chain_index, row }];
    });
  };
}

function approvalIdOf(record: Readonly<Record<string, unknown>>): string {
  const { approval_id: held, target } = record;
  if (typeof held === 'string') return held;
  const id: unknown = typeof target === 'object' && target !== null && 'id' in target ? target.id : undefined;
  return typeof id === 'string' ? id : '';
}
