import type { JsonObject } from '../tenants/json-documents.js';
import type { DeliveryEvent } from './event-body.js';
import { PAM_REQUEST } from './event-types.js';

const CALL = {
  agent_id: 'sample-agent',
  user_id: 'sample-user',
  session_id: 'sample-session',
  tool_name: 'sample_tool',
} as const;

/** An event of a type of the catalogue that tells of nothing that happened. */
export function sampleEvent(
  type: string,
  { eventId, tenantId, occurredAt }: { eventId: string; tenantId: string; occurredAt: string },
): DeliveryEvent {
  return {
    event_id: eventId,
    type,
    tenant_id: tenantId,
    occurred_at: occurredAt,
    sample: true,
    data: sampleData(type),
  };
}

function sampleData(type: string): JsonObject {
  const [family, verb = ''] = type.split('.');
  if (family === 'decision') {
    const decision = DECISION_WORDS[verb] ?? 'BLOCK';
    return {
      decision,
      decision_reason_code: 'sample',
      reason: 'A sample; no tool was called.',
      risk_tier: 'high',
      risk_score: 80,
      environment: 'sample',
      ...CALL,
      violation_id: 'vio_sample',
    };
  }
  if (type === PAM_REQUEST) {
    return {
      approval_id: 'apr_sample',
      reason: 'A sample; no call is held.',
      risk_tier: 'high',
      risk_score: 80,
      environment: 'sample',
      ...CALL,
      required_approvers: 1,
    };
  }
  if (family === 'approval') {
    return { approval_id: 'apr_sample', status: STATUS_WORDS[verb] ?? verb, resolved_by: 'sample', ...CALL };
  }
  return {
    actor: { kind: 'admin', credential_id: 'sample', name: 'sample' },
    target: { type: 'settings', id: 'sample' },
    change: { changed: ['webhook.url'] },
  };
}

const STATUS_WORDS: Readonly<Record<string, string>> = { voted: 'pending' };
const DECISION_WORDS: Readonly<Record<string, string>> = {
  held: 'STEP_UP',
  deferred: 'DEFER',
  modified: 'MODIFY',
};
