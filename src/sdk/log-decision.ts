import type { EnforcementDecision } from './decision/read.js';
import type { SessionState } from './session-state.js';

/** One debug line per decision. The hold token appears only here: it resolves a hold by hand. */
export function logDecision(
  session: SessionState,
  toolName: string,
  phase: 'enforce' | 'step_up_resolved' | 'observe',
  decision: EnforcementDecision,
  attestationId: string,
): void {
  session.config.logger.debug(() =>
    [
      `decision phase=${phase} tool=${toolName} decision=${decision.decision}`,
      `authorization_decision=${decision.decision} reason_code=${decision.decisionReasonCode ?? '-'}`,
      `reason=${JSON.stringify(decision.reason ?? '')} hold_token=${decision.holdToken ?? '-'}`,
      `trace_id=${session.traceId} attestation_id=${attestationId} session_id=${session.sessionId}`,
    ].join(' '),
  );
}
