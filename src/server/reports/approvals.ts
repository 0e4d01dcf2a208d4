import { approvalRow, type VoteRow } from '../enforce/approval-row.js';
import { findApproval } from '../enforce/find-approval.js';
import type { ApprovalRow } from '../enforce/hold-reply.js';
import type { Store } from '../store/port.js';
import { MOST_PAGES, oneOf, wholeNumber } from './query-values.js';

const STATUSES = ['pending', 'approved', 'denied', 'expired', 'withdrawn'] as const;
/** Ids per look-up of votes, within what one statement may bind. */
const CHUNK = 500;

/** The queue, newest first. Without paging parameters it is complete: Terraform looks for resolved rows in it. */
export async function approvalList(
  store: Store,
  tenantId: string,
  query: Readonly<Record<string, string>>,
): Promise<object> {
  const status = oneOf(query, 'status', STATUSES);
  const bounds = { min: 1, max: MOST_PAGES };
  const pageAsked = wholeNumber(query, 'page', bounds);
  const size = wholeNumber(query, 'per_page', bounds) ?? wholeNumber(query, 'limit', bounds);
  let matching = store.read.selectFrom('approvals').where('tenant_id', '=', tenantId);
  if (status !== undefined) matching = matching.where('status', '=', status);
  const counted = await matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst();
  let rows = matching.selectAll().orderBy('created_at', 'desc').orderBy('chain_index', 'desc');
  const page = pageAsked ?? 1;
  if (size !== undefined) rows = rows.limit(size).offset((page - 1) * size);
  const found = size === undefined && page > 1 ? [] : await rows.execute();
  const votes = await votesOf(store, tenantId, found);
  return {
    data: found.map((row) => approvalRow(row, votes.get(row.approval_id) ?? [])),
    total: counted?.total ?? 0,
    ...(size === undefined ? {} : { page, per_page: size }),
  };
}

export async function approval(store: Store, tenantId: string, approvalId: string): Promise<object> {
  const row = await findApproval(store, tenantId, approvalId);
  const votes = await votesOf(store, tenantId, [row]);
  return approvalRow(row, votes.get(approvalId) ?? []);
}

/** Votes by approval, oldest first. */
export async function votesOf(
  store: Store,
  tenantId: string,
  approvals: readonly ApprovalRow[],
): Promise<ReadonlyMap<string, readonly VoteRow[]>> {
  const votes = new Map<string, VoteRow[]>();
  for (let from = 0; from < approvals.length; from += CHUNK) {
    const ids = approvals.slice(from, from + CHUNK).map((row) => row.approval_id);
    const rows = await store.read
      .selectFrom('approval_votes')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('approval_id', 'in', ids)
      .orderBy('voted_at')
      .orderBy('credential_id')
      .execute();
    for (const vote of rows) {
      const known = votes.get(vote.approval_id);
      if (known === undefined) votes.set(vote.approval_id, [vote]);
      else known.push(vote);
    }
  }
  return votes;
}
