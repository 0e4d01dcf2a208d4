import type { ServerContext } from '../context.js';
import { HttpError, type Principal, type Provenance } from '../http/port.js';
import { StoreConflict } from '../store/port.js';
import { actorOf } from '../tenants/recorded-change.js';
import { madeTheCall } from './approval-row.js';
import { endHold } from './end-hold.js';
import { expireHold } from './hold-expiry.js';
import type { FindHold } from './find-hold.js';
import { holdReply, type ApprovalRow } from './hold-reply.js';

/** A lost race resolves the hold for good, so the second look always finds an end. */
const MAX_ATTEMPTS = 3;

export interface Withdrawal {
  readonly token: string;
  readonly principal: Principal;
  readonly provenance: Provenance;
}

/**
 * Ends a pending hold because the caller gave the call up. Only who made the call may do so. Answers as a poll does;
 * repeating it succeeds, and a hold that was resolved otherwise is a 409.
 */
export async function withdrawHold(
  context: ServerContext,
  find: FindHold,
  withdrawal: Withdrawal,
): Promise<object> {
  const { token, principal } = withdrawal;
  for (let attempt = 1; ; attempt += 1) {
    const row = await find(token, principal);
    if (!madeTheCall(row, principal)) {
      throw new HttpError(403, 'forbidden', 'only the caller that made the held call can withdraw it');
    }
    if (row.status === 'withdrawn') return holdReply(row);
    if (row.status !== 'pending') throw alreadyResolved(row);
    if (row.expires_at <= context.clock.now()) {
      await expireHold(context, row);
      continue;
    }
    try {
      const withdrawn = await endHold(context, row, {
        becomes: { status: 'withdrawn', resolved_by: principal.name },
        verb: 'withdraw',
        actor: actorOf(withdrawal),
        now: context.clock.now(),
      });
      return holdReply(withdrawn);
    } catch (error) {
      if (!(error instanceof StoreConflict) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

function alreadyResolved(row: ApprovalRow): HttpError {
  const code = row.status === 'expired' ? 'approval_expired' : 'approval_already_resolved';
  return new HttpError(409, code, `the hold was already ${row.status}`, { status: row.status });
}
