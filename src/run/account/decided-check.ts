import type { CheckOutcome } from '../../sdk/check.js';
import type { JsonObject } from '../../sdk/vocabulary.js';
import type { DecidedCall } from './account.js';

/** The account of a check that an SDK in the command made; a hold it got is the SDK's to wait for. */
export function decidedCheck(check: JsonObject, outcome: CheckOutcome): Omit<DecidedCall, 'durationMs'> {
  const decision = outcome.kind === 'decision' ? outcome.decision : undefined;
  const failure = outcome.kind === 'failure' ? outcome : undefined;
  const metadata = check['metadata'];
  const toolCallId =
    typeof metadata === 'object' && metadata !== null && 'tool_call_id' in metadata
      ? metadata.tool_call_id
      : undefined;
  const attestationId = check['action_attestation_id'];
  return {
    surface: 'sdk',
    tool: typeof check['tool_name'] === 'string' ? check['tool_name'] : '',
    decision: decision?.decision ?? 'BLOCK',
    reasonCode: failure?.code ?? decision?.decisionReasonCode,
    source: failure?.source ?? (decision?.decision === 'ALLOW' ? undefined : 'policy'),
    violationId: decision?.violationId,
    attestationId: typeof attestationId === 'string' ? attestationId : undefined,
    toolCallId: typeof toolCallId === 'string' ? toolCallId : undefined,
    joinedDecisionId: decision?.joinedDecisionId,
    held: decision?.decision === 'STEP_UP',
  };
}
