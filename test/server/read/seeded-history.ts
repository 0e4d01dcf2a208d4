import type { EvidenceDraft } from '../../../src/evidence/types.js';
import { openStore } from '../../../src/server/store/index.js';
import type { DataPlane } from '../enforce/data-plane.js';
import type { TestServer } from '../http/running-server.js';

const UNIT = 500;

/** Writes evidence of the past straight into the data directory, as if it had been decided then; the server restarts. */
export async function writeHistory(
  thoth: TestServer | DataPlane,
  drafts: readonly EvidenceDraft[],
): Promise<void> {
  const { tenantId, dataDir } = thoth.server;
  await thoth.server.close();
  const store = await openStore({ dataDir });
  for (let from = 0; from < drafts.length; from += UNIT) {
    await store.commit({ tenantId, statements: [], evidence: drafts.slice(from, from + UNIT) });
  }
  await store.close();
  await thoth.restart();
}

/** A decision of the past, by default a blocked one; members given replace the defaults, undefined removes one. */
export function pastDecision(
  at: number,
  occurredAt: Date,
  members: Readonly<Record<string, unknown>> = {},
): EvidenceDraft {
  const id = String(at).padStart(7, '0');
  return {
    kind: 'decision',
    evidence_id: `dec_${id}`,
    occurred_at: occurredAt.toISOString(),
    body: {
      action_classification: 'payment',
      agent_id: 'bot',
      decision: 'BLOCK',
      decision_reason_code: 'tool_not_in_approved_scope',
      enforcement_mode: 'block',
      environment: 'prod',
      event_id: `local:dec_${id}`,
      matched_rule_ids: ['scope'],
      policy_references: [],
      policy_revision: 1,
      reason: `the tool is not in the approved scope of call ${at}`,
      risk_score: 50,
      risk_tier: 'critical',
      session_id: 'past',
      tool_name: 'wire_transfer',
      user_id: 'u',
      violation_id: `vio_${id}`,
      ...members,
    },
  };
}
