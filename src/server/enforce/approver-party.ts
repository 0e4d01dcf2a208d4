import { HttpError } from '../http/port.js';
import type { CredentialDirectory } from '../tenants/credential-directory.js';
import { commonOrigin, isOneParty, type Holder, type Line } from '../tenants/lineage.js';
import { madeTheCall, type VoteRow } from './approval-row.js';
import type { ApprovalRow } from './hold-reply.js';

type Lines = Pick<CredentialDirectory, 'lineOf'>;

/** A principal, or a PAM system that proved its origin by a signature. */
export interface Approver extends Holder {
  /** Id of the credential that gave a PAM system its secret; principals are known by themselves. */
  readonly mintedBy?: string | null;
}

/** Throws 403 when the call is the approver's own: made by it, by what it made, or by what one key made beside it. */
export function refuseOwnParty(credentials: Lines, row: ApprovalRow, approver: Approver): void {
  if (madeTheCall(row, approver)) {
    throw new HttpError(
      403,
      'self_approval_refused',
      `${approver.name} made the call, and whoever made a call cannot judge it`,
    );
  }
  const [caller, ...makers] = credentials.lineOf(row.requested_by);
  if (caller === undefined) return;
  const origin = commonOrigin(lineOfApprover(credentials, approver), [caller, ...makers]);
  if (origin === undefined) return;
  throw new HttpError(
    403,
    'approver_related',
    `${caller.name} made the call, and ${approver.name} is no other party: ${traceOf(origin)}`,
    { requested_by: caller.credentialId, common_origin: origin.credentialId },
  );
}

/** Throws 403 when somebody approved already whose vote this one would only repeat. */
export function refuseSecondVote(credentials: Lines, votes: readonly VoteRow[], approver: Approver): void {
  const line = lineOfApprover(credentials, approver);
  const first = votes.find(
    (vote) => vote.principal !== approver.name && isOneParty(line, lineOfVote(credentials, vote)),
  );
  if (first === undefined) return;
  throw new HttpError(
    403,
    'approver_not_distinct',
    `the call needs two distinct approvers, and ${approver.name} is no other party than ${first.principal}, who approved already: one of them made the other's credential, or one key made both`,
    { approved_by: first.principal },
  );
}

function lineOfApprover(credentials: Lines, approver: Approver): Line {
  const [known, ...makers] = credentials.lineOf(approver.credentialId);
  return known === undefined
    ? [approver, ...credentials.lineOf(approver.mintedBy ?? null)]
    : [known, ...makers];
}

function lineOfVote(credentials: Lines, vote: VoteRow): Line {
  return lineOfApprover(credentials, {
    // Principals are in the directory for ever; who is not was a PAM system.
    kind: 'pam',
    credentialId: vote.credential_id,
    name: vote.principal,
    mintedBy: vote.minted_by,
  });
}

function traceOf({ kind, name, credentialId }: Holder): string {
  const noun = kind === 'admin' ? 'session' : 'key';
  return `both go back to the ${noun} ${name} (${credentialId}), which could have acted as either`;
}
