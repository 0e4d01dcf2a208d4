import type { Candidate } from '../combine.js';
import type { EngineReasonCode } from '../reason-codes.js';
import type { ActionClass, DecisionWord, EngineRequest, TenantSnapshot } from '../types.js';
import { holds } from './holds.js';
import type { LoadedPack, PackRule } from './pack.js';
import { riskSignals, type RiskSignals } from './signals.js';

export interface PackJudgement {
  /** What the packs ask for; each can only make the decision stricter. */
  readonly candidates: readonly Candidate[];
  /** 0 to 100: the highest any pack arrives at, never below the score it began with. */
  readonly riskScore: number;
}

const NONE: readonly LoadedPack[] = [];

/** Packs in force for a call. An assignment stands in for the same pack loaded for everyone, where it applies. */
export function packsFor(
  snapshot: TenantSnapshot,
  agentId: string,
  environment: string,
): readonly LoadedPack[] {
  const { everyone, byAgent } = snapshot.packs;
  if (byAgent.size === 0) return everyone;
  const assigned = (byAgent.get(agentId) ?? NONE).filter(
    (pack) => pack.environment === undefined || pack.environment === environment,
  );
  if (everyone.length === 0) return assigned;
  const rest = everyone.filter((pack) => !assigned.some(({ packId }) => packId === pack.packId));
  return rest.length === 0 ? assigned : [...assigned, ...rest];
}

const CODE_OF_EFFECT = {
  BLOCK: 'pack_rule_blocked',
  DEFER: 'pack_rule_deferred',
  STEP_UP: 'pack_rule_step_up',
} as const satisfies Record<PackRule['effect'], EngineReasonCode>;

/**
 * What packs make of a call whose risk is otherwise `riskScore`. Each pack is judged by itself, with its own controls, so
 * that adding one never loosens what another decides.
 */
export function judgeByPacks(
  packs: readonly LoadedPack[],
  request: EngineRequest,
  actionClass: ActionClass,
  riskScore: number,
): PackJudgement {
  const signals = riskSignals(request);
  const candidates: Candidate[] = [];
  let highest = riskScore;
  for (const pack of packs) {
    const { trustFloor } = pack.controls;
    const delegated = believed(signals.delegation, trustFloor);
    for (const rule of pack.rules) {
      if (holds(rule.when, request, actionClass, delegated)) {
        candidates.push(candidate(pack, rule.id, rule.effect, CODE_OF_EFFECT[rule.effect], rule.reason));
      }
    }
    const risk = boostedRisk(riskScore, signals, pack);
    highest = Math.max(highest, risk);
    if (risk / 100 >= pack.controls.criticalThreshold) {
      const why = `the risk of the call, ${risk} of 100, reaches the critical threshold of ${pack.packId}`;
      candidates.push(candidate(pack, 'critical-threshold', 'STEP_UP', 'pack_critical_risk', why));
    }
  }
  return { candidates, riskScore: highest };
}

function boostedRisk(riskScore: number, signals: RiskSignals, { controls }: LoadedPack): number {
  const mismatch = believed(signals.mismatch, controls.trustFloor) ? controls.mismatchBoost : 0;
  const delegation = believed(signals.delegation, controls.trustFloor) ? controls.delegationBoost : 0;
  return Math.min(100, riskScore + mismatch + delegation);
}

function believed(confidence: number, trustFloor: number): boolean {
  return confidence > 0 && confidence >= trustFloor;
}

function candidate(
  pack: LoadedPack,
  ruleId: string,
  word: DecisionWord,
  reasonCode: EngineReasonCode,
  reason: string,
): Candidate {
  return {
    word,
    reasonCode,
    reason,
    ruleIds: [`${pack.reference}#${ruleId}`],
    references: [pack.reference],
    namesTool: false,
    timeoutSeconds: undefined,
  };
}
