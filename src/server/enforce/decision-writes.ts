import type { Kysely } from 'kysely';
import type { Decision } from '../../engine/types.js';
import type { EvidenceDraft } from '../../evidence/types.js';
import type { Principal } from '../http/port.js';
import { governedMcpCall, insertMcpCall } from '../mcp/call-row.js';
import type { WriteUnit } from '../store/port.js';
import type { Database } from '../store/schema.js';
import { evidenceIndex, preparedInsert } from '../store/statements.js';
import type { EnforceCall } from './call-request.js';
import type { DecisionIds } from './decision-record.js';

/** The redacted policy input as it is kept: canonical text and its SHA-256 in lower-case hex. */
export interface KeptInput {
  readonly text: string;
  readonly digest: string;
}

/** What the approvals row keeps for the approver, beside the columns that are searched by. */
interface HeldCall {
  readonly tool_args: unknown;
  readonly requester: string;
  readonly reason_code: string;
  readonly session_intent: string | null;
}

export interface DecisionWrite {
  readonly call: EnforceCall;
  readonly decision: Decision;
  readonly ids: DecisionIds;
  readonly draft: EvidenceDraft;
  readonly input: KeptInput;
  readonly principal: Principal;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Redacted arguments of a held call; called only when there is a hold. */
  readonly heldArguments: () => unknown;
  readonly requiredApprovers: number;
}

/** Place in the chain of the decision the unit records. */
const CHAIN_INDEX = evidenceIndex(0);

/** Turns a decision into the one unit that makes it durable: evidence, policy input and, when held, the approval. */
export function decisionWriter(build: Kysely<Database>): (write: DecisionWrite) => WriteUnit {
  const insertInput = preparedInsert(build, 'policy_inputs', [
    'tenant_id',
    'chain_index',
    'digest',
    'input',
    'recorded_at',
  ]);
  const insertApproval = preparedInsert(build, 'approvals', [
    'tenant_id',
    'approval_id',
    'hold_token',
    'status',
    'agent_id',
    'user_id',
    'session_id',
    'tool_name',
    'environment',
    'risk_tier',
    'risk_score',
    'violation_id',
    'reason',
    'rule_ids',
    'request',
    'requested_by',
    'required_approvers',
    'chain_index',
    'created_at',
    'expires_at',
  ]);

  return (write) => {
    const { call, decision, ids, principal, now } = write;
    const { request } = call;
    const statements = [
      insertInput({
        tenant_id: request.tenantId,
        chain_index: CHAIN_INDEX,
        digest: write.input.digest,
        input: write.input.text,
        recorded_at: now,
      }),
    ];
    const mcpCall = governedMcpCall(request, ids.decisionId, now);
    if (mcpCall !== undefined) statements.push(insertMcpCall(build, mcpCall));
    if (ids.hold !== undefined) {
      const held: HeldCall = {
        tool_args: write.heldArguments() ?? null,
        requester: principal.name,
        reason_code: decision.reasonCode,
        session_intent: request.sessionIntent ?? null,
      };
      statements.push(
        insertApproval({
          tenant_id: request.tenantId,
          approval_id: ids.hold.approvalId,
          hold_token: ids.hold.token,
          status: 'pending',
          agent_id: request.agentId,
          user_id: request.userId,
          session_id: request.sessionId,
          tool_name: request.toolName,
          environment: request.environment,
          risk_tier: decision.riskTier,
          risk_score: decision.riskScore,
          violation_id: ids.violationId ?? null,
          reason: decision.reason,
          rule_ids: JSON.stringify(decision.matchedRuleIds),
          request: JSON.stringify(held),
          requested_by: principal.credentialId,
          required_approvers: write.requiredApprovers,
          chain_index: CHAIN_INDEX,
          created_at: now,
          expires_at: ids.hold.expiresAt,
        }),
      );
    }
    return { tenantId: request.tenantId, statements, evidence: [write.draft] };
  };
}
