import type { CompiledQuery } from 'kysely';
import type { ServerContext } from '../context.js';
import { HttpError, type Provenance } from '../http/port.js';
import { StoreConflict, type WriteUnit } from '../store/port.js';
import type { CredentialDirectory } from '../tenants/credential-directory.js';
import { actorOf } from '../tenants/recorded-change.js';
import { approvalDraft, type ApprovalVerb } from './approval-record.js';
import { refuseOwnParty, refuseSecondVote, type Approver } from './approver-party.js';
import { findApproval } from './find-approval.js';
import { expireHold } from './hold-expiry.js';
import type { ApprovalRow } from './hold-reply.js';
import { pendingGuard } from './pending-guard.js';

export interface ApprovalContext extends ServerContext {
  /** Knows who made which credential. */
  readonly credentials: Pick<CredentialDirectory, 'lineOf'>;
}

export interface Verdict {
  /** The caller's word, echoed as it is: approve, approved, deny or blocked. */
  readonly literal: string;
  readonly reason: string | null;
  readonly principal: Approver;
  readonly provenance: Provenance;
  /** More for the evidence of the verdict. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Written in the unit of the verdict, given its answer. */
  readonly alongside?: (answer: object) => CompiledQuery;
}

const GRANTING = new Set(['approve', 'approved']);
const REFUSING = new Set(['deny', 'blocked']);
const MAX_ATTEMPTS = 5;

/**
 * Resolves a hold. Who approved is the authenticated principal, never a member of the body; the party that made the call
 * cannot judge it; a critical call may need two parties. Repeating a verdict succeeds, contradicting one is a 409.
 */
export async function resolveApproval(
  context: ApprovalContext,
  tenantId: string,
  approvalId: string,
  verdict: Verdict,
): Promise<object> {
  if (!GRANTING.has(verdict.literal) && !REFUSING.has(verdict.literal)) {
    throw new HttpError(400, 'invalid_request', 'decision must be approve, approved, deny or blocked', {
      field: 'decision',
    });
  }
  return context.tenants.exclusively(tenantId, async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await resolveOnce(context, tenantId, approvalId, verdict);
      } catch (error) {
        // Expiry runs outside this lane: read again what it made of the hold.
        if (!(error instanceof StoreConflict) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  });
}

async function resolveOnce(
  context: ApprovalContext,
  tenantId: string,
  approvalId: string,
  verdict: Verdict,
): Promise<object> {
  const row = await findApproval(context.store, tenantId, approvalId);
  refuseOwnParty(context.credentials, row, verdict.principal);
  const grants = GRANTING.has(verdict.literal);
  if (row.status === 'pending' && row.expires_at <= context.clock.now()) {
    await expireHold(context, row);
    throw expired(row);
  }
  if (row.status !== 'pending') return repeated(row, verdict, grants);

  const votes = await context.store.read
    .selectFrom('approval_votes')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .where('decision', '=', 'approved')
    .execute();
  const { principal } = verdict;
  if (grants && votes.some((vote) => vote.credential_id === principal.credentialId)) {
    return result(row, verdict, 'pending', null, null);
  }
  if (grants) refuseSecondVote(context.credentials, votes, principal);
  // One person with two credentials is still one approver, so names must differ as well.
  const others = new Set(votes.map((vote) => vote.principal).filter((each) => each !== principal.name));
  const resolves = !grants || others.size + 1 >= row.required_approvers;
  return commitVerdict(context, row, verdict, grants, resolves, votes.length);
}

async function commitVerdict(
  context: ApprovalContext,
  row: ApprovalRow,
  verdict: Verdict,
  grants: boolean,
  resolves: boolean,
  votesSeen: number,
): Promise<object> {
  const { build } = context.store;
  const now = context.clock.now();
  const status = resolves ? (grants ? 'approved' : 'denied') : 'pending';
  const verb: ApprovalVerb = resolves ? (grants ? 'approve' : 'deny') : 'vote';
  const { principal } = verdict;
  const vote = {
    tenant_id: row.tenant_id,
    approval_id: row.approval_id,
    credential_id: principal.credentialId,
    principal: principal.name,
    decision: grants ? 'approved' : 'denied',
    voted_at: now,
    minted_by: principal.mintedBy ?? null,
  };
  const statements = [
    build
      .deleteFrom('approval_votes')
      .where('tenant_id', '=', row.tenant_id)
      .where('approval_id', '=', row.approval_id)
      .where('credential_id', '=', principal.credentialId)
      .compile(),
    build.insertInto('approval_votes').values(vote).compile(),
  ];
  if (resolves) {
    statements.push(
      build
        .updateTable('approvals')
        .set({
          status,
          resolved_at: now,
          resolved_by: principal.name,
          decision_literal: verdict.literal,
          resolution_reason: verdict.reason,
        })
        .where('tenant_id', '=', row.tenant_id)
        .where('approval_id', '=', row.approval_id)
        .compile(),
    );
  }
  const change = {
    status,
    verdict: verdict.literal,
    ...(verdict.reason === null ? {} : { reason: verdict.reason }),
    ...verdict.facts,
  };
  const answer = result(row, verdict, status, resolves ? principal.name : null, resolves ? now : null);
  if (verdict.alongside !== undefined) statements.push(verdict.alongside(answer));
  const unit: WriteUnit = {
    tenantId: row.tenant_id,
    guards: [pendingGuard(build, row), votesGuard(context, row, votesSeen)],
    statements,
    evidence: [approvalDraft(context, row, verb, actorOf(verdict), change, now)],
  };
  await context.store.commit(unit);
  context.streams.publish(row.tenant_id);
  return answer;
}

function votesGuard(
  context: ServerContext,
  row: ApprovalRow,
  rows: number,
): NonNullable<WriteUnit['guards']>[number] {
  const query = context.store.build
    .selectFrom('approval_votes')
    .select('credential_id')
    .where('tenant_id', '=', row.tenant_id)
    .where('approval_id', '=', row.approval_id)
    .where('decision', '=', 'approved')
    .compile();
  return { query, rows };
}

function repeated(row: ApprovalRow, verdict: Verdict, grants: boolean): object {
  if (row.status === 'expired') throw expired(row);
  if (row.status === 'withdrawn') {
    throw new HttpError(
      409,
      'approval_withdrawn',
      'the caller withdrew the call; nobody waits for a verdict',
      {
        status: row.status,
      },
    );
  }
  if ((row.status === 'approved') !== grants) {
    throw new HttpError(
      409,
      'approval_already_resolved',
      `the approval was already ${row.status} by ${row.resolved_by ?? 'someone else'}`,
      { status: row.status },
    );
  }
  return {
    ...result(row, verdict, row.status, row.resolved_by, row.resolved_at),
    already_resolved: true,
    ...(row.resolution_reason === null ? {} : { resolution_reason: row.resolution_reason }),
  };
}

function expired(row: ApprovalRow): HttpError {
  return new HttpError(
    409,
    'approval_expired',
    'the hold expired before anybody answered; the call was refused',
    {
      expired_at: new Date(row.expires_at).toISOString(),
    },
  );
}

function result(
  row: ApprovalRow,
  verdict: Verdict,
  status: string,
  resolvedBy: string | null,
  resolvedAt: number | null,
): object {
  return {
    approval_id: row.approval_id,
    decision: verdict.literal,
    resolved_by: resolvedBy,
    status,
    ...(resolvedAt === null ? {} : { resolved_at: new Date(resolvedAt).toISOString() }),
  };
}
