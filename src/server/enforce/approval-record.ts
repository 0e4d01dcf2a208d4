import type { EvidenceDraft } from '../../evidence/types.js';
import type { ServerContext } from '../context.js';
import type { Actor } from '../tenants/recorded-change.js';
import type { ApprovalRow } from './hold-reply.js';

export type ApprovalVerb =
  'approve' | 'deny' | 'vote' | 'expire' | 'withdraw' | 'self_approve' | 'self_decline';

/**
 * Evidence of a change to a hold. Beside actor, target and change it names the held call, so that the record is found
 * with its session, and the place of the decision in the chain.
 */
export function approvalDraft(
  context: Pick<ServerContext, 'newId'>,
  row: ApprovalRow,
  verb: ApprovalVerb,
  actor: Actor,
  change: Readonly<Record<string, unknown>>,
  now: number,
): EvidenceDraft {
  return {
    kind: `control.approval.${verb}`,
    evidence_id: context.newId('evd'),
    occurred_at: new Date(now).toISOString(),
    body: {
      actor: {
        kind: actor.kind,
        credential_id: actor.credentialId,
        name: actor.name,
        ...(actor.provenance === null ? {} : { provenance: { ...actor.provenance } }),
      },
      target: { type: 'approval', id: row.approval_id },
      change: { ...change, decision_index: row.chain_index },
      session_id: row.session_id,
      agent_id: row.agent_id,
      user_id: row.user_id,
      tool_name: row.tool_name,
    },
  };
}
