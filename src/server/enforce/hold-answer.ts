import type { HoldAnswer } from '../../contract/enforcer/types.js';
import type { ServerContext } from '../context.js';
import { HttpError, type Principal, type Provenance } from '../http/port.js';
import { StoreConflict } from '../store/port.js';
import { actorOf } from '../tenants/recorded-change.js';
import { isObject } from './call-request.js';
import { endHold } from './end-hold.js';
import type { FindHold } from './find-hold.js';
import { expireHold } from './hold-expiry.js';
import { holdReply, SELF_VERDICTS, type ApprovalRow } from './hold-reply.js';
import { selfApprovalObstacle, selfApprovalOf } from './self-approval.js';

interface Answerer {
  readonly principal: Principal;
  readonly provenance: Provenance;
}

const REFUSED = {
  self_approval_off: 'the tenant lets only approvers judge held calls',
  self_approval_tier: 'a call of this risk needs an approver',
  self_approval_nobody: 'the session names no user who could have answered',
} as const;
const MAX_ATTEMPTS = 5;
const CHANNELS = ['elicitation', 'input_required', 'task'] as const;

export function readHoldAnswer(body: unknown): HoldAnswer {
  const said = isObject(body) ? body : {};
  const channel = CHANNELS.find((known) => known === said.channel);
  if ((said.answer !== 'approve' && said.answer !== 'decline') || channel === undefined) {
    throw new HttpError(400, 'invalid_request', 'answer must be approve or decline, with its channel');
  }
  return { answer: said.answer, channel };
}

/**
 * Takes the answer of a session's own user to its own held call. Every condition is looked at again, since the offer may
 * be minutes old; whatever is refused leaves the hold to an approver.
 */
export function holdAnswering(
  context: ServerContext,
  find: FindHold,
): (token: string, answer: HoldAnswer, by: Answerer) => Promise<object> {
  return (token, answer, by) =>
    context.tenants.exclusively(by.principal.tenantId, async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await answerOnce(context, await find(token, by.principal), answer, by);
        } catch (error) {
          // Expiry runs outside this lane: read again what it made of the hold.
          if (!(error instanceof StoreConflict) || attempt === MAX_ATTEMPTS) throw error;
        }
      }
    });
}

async function answerOnce(
  context: ServerContext,
  row: ApprovalRow,
  { answer, channel }: HoldAnswer,
  by: Answerer,
): Promise<object> {
  if (row.requested_by !== by.principal.credentialId) {
    throw new HttpError(403, 'not_the_requester', 'only the credential that made the call was asked');
  }
  const setting = await selfApprovalOf(context, row.tenant_id);
  const obstacle = selfApprovalObstacle(setting, {
    // Without a tier nothing says that it is not critical.
    riskTier: row.risk_tier ?? 'critical',
    userId: row.user_id ?? '',
    requiredApprovers: row.required_approvers,
  });
  if (setting === undefined || obstacle !== undefined) {
    const code = obstacle ?? 'self_approval_off';
    throw new HttpError(403, code, REFUSED[code]);
  }
  const now = context.clock.now();
  const verdict = SELF_VERDICTS[answer];
  if (row.status === 'pending' && row.expires_at <= now) {
    await expireHold(context, row);
    throw new HttpError(409, 'approval_expired', 'the hold expired before it was answered');
  }
  if (row.status !== 'pending') {
    if (row.decision_literal === verdict.literal) return holdReply(row);
    throw new HttpError(409, 'approval_already_resolved', `the hold was already ${row.status}`);
  }
  if (now - row.created_at < setting.minimumSeconds * 1000) {
    throw new HttpError(409, 'answered_too_soon', 'no person answers this fast; an approver has to');
  }

  const ended = await endHold(context, row, {
    becomes: {
      status: verdict.status,
      resolved_by: by.principal.name,
      decision_literal: verdict.literal,
    },
    verb: verdict.verb,
    actor: actorOf(by),
    facts: { verdict: verdict.literal, channel, answered_after_ms: now - row.created_at },
    now,
  });
  return holdReply(ended);
}
