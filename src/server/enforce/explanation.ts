import type { EvidenceRecord } from '../../evidence/types.js';
import { textMember } from '../reports/stored-record.js';

const NEXT: Readonly<Record<string, string>> = {
  STEP_UP:
    'Wait for an approver: the call runs once it is approved. Approvers see it under `approvals list`.',
  DEFER: 'Try again later, when the condition named in the reason has passed.',
  BLOCK: 'Do not repeat the call. Ask the owner of the policy for an exception if it should be allowed.',
};

/** A recorded refusal in plain words, taken from its record alone. */
export function explanation(record: EvidenceRecord): object {
  const tool = textMember(record, 'tool_name') ?? 'the tool';
  const agent = textMember(record, 'agent_id');
  const decision = textMember(record, 'decision') ?? 'BLOCK';
  const reason = textMember(record, 'reason') ?? 'the policy did not allow it';
  const rules = Array.isArray(record.matched_rule_ids) ? record.matched_rule_ids.join(', ') : '';
  const tier = textMember(record, 'risk_tier') ?? 'medium';
  const caller = agent === undefined || agent === '' ? 'An agent' : `Agent ${agent}`;
  return {
    violation_id: textMember(record, 'violation_id') ?? '',
    tenant_id: textMember(record, 'tenant_id') ?? '',
    session_id: textMember(record, 'session_id') ?? '',
    agent_id: agent ?? '',
    user_id: textMember(record, 'user_id') ?? '',
    tool_name: tool,
    what_happened: `${caller} asked to run ${tool}; the answer was ${decision}.`,
    why_it_was_blocked: rules === '' ? reason : `${reason} (rule ${rules})`,
    what_to_do_next: NEXT[decision] ?? NEXT.BLOCK ?? '',
    business_impact: `The call was not run; it is classed as ${textMember(record, 'action_classification') ?? 'unclassified'} with ${tier} risk.`,
    severity: tier,
    timestamp: textMember(record, 'occurred_at'),
    ...(textMember(record, 'decision_reason_code') === undefined
      ? {}
      : { decision_reason_code: textMember(record, 'decision_reason_code') }),
    ...(textMember(record, 'action_classification') === undefined
      ? {}
      : { action_classification: textMember(record, 'action_classification') }),
    ...(typeof record.risk_score === 'number' ? { risk_score: record.risk_score } : {}),
  };
}
