import type { EvidenceRecord } from '../../../evidence/types.js';
import { textMember } from '../stored-record.js';

/** Objectives: rates must reach theirs, the latency must stay below. */
export const THRESHOLDS = {
  violation_id_presence_rate: 1,
  decision_reason_code_coverage: 1,
  policy_reference_coverage_non_allow: 0.99,
  evidence_chain_verification_success: 1,
  deepllm_enrichment_join_rate: 0.95,
  decision_to_api_visibility_latency_p95_seconds: 5,
} as const;

type Objective = keyof typeof THRESHOLDS;
export type Measured = Partial<Record<Objective, number>>;

/** Names of the objectives that were measured and missed. */
export function missedObjectives(measured: Measured): Objective[] {
  return objectives().filter((name) => {
    const value = measured[name];
    if (value === undefined) return false;
    return name === 'decision_to_api_visibility_latency_p95_seconds'
      ? value > THRESHOLDS[name]
      : value < THRESHOLDS[name];
  });
}

function objectives(): Objective[] {
  return [
    'violation_id_presence_rate',
    'decision_reason_code_coverage',
    'policy_reference_coverage_non_allow',
    'evidence_chain_verification_success',
    'deepllm_enrichment_join_rate',
    'decision_to_api_visibility_latency_p95_seconds',
  ];
}

/** What the decisions alone tell. A rate over nothing is 1: nothing is missing. */
export function decisionMetrics(decisions: readonly EvidenceRecord[]) {
  const relevant = decisions.filter((record) => refuses(record));
  return {
    rows_scanned: decisions.length,
    violation_relevant_rows: relevant.length,
    violation_id_presence_rate: share(relevant, (record) => has(record, 'violation_id')),
    decision_reason_code_coverage: share(decisions, (record) => has(record, 'decision_reason_code')),
    policy_reference_coverage_non_allow: share(
      decisions.filter((record) => textMember(record, 'decision') !== 'ALLOW'),
      (record) => filled(record['policy_references']) || filled(record['matched_rule_ids']),
    ),
  };
}

export function share<T>(rows: readonly T[], holds: (row: T) => boolean): number {
  return rows.length === 0 ? 1 : rows.filter(holds).length / rows.length;
}

/** The step of a histogram below which 95 of 100 lie; undefined when it is empty. Steps ascending. */
export function percentile95(
  steps: readonly { readonly upper: number; readonly count: number }[],
): number | undefined {
  const total = steps.reduce((sum, step) => sum + step.count, 0);
  let seen = 0;
  for (const { upper, count } of steps) {
    seen += count;
    if (count > 0 && seen >= total * 0.95) return upper;
  }
  return undefined;
}

function refuses(record: EvidenceRecord): boolean {
  return ['BLOCK', 'STEP_UP', 'DEFER'].includes(textMember(record, 'decision') ?? '');
}

function has(record: EvidenceRecord, member: string): boolean {
  return (textMember(record, member) ?? '') !== '';
}

function filled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
