import { decide } from '../../engine/decide.js';
import { buildPolicyInput } from '../../engine/input/build.js';
import { redactInput } from '../../engine/input/redact.js';
import type {
  BundleVerdict,
  Decision,
  EngineRequest,
  SessionFacts,
  TenantSnapshot,
} from '../../engine/types.js';

/** The pure functions of the decision engine, as the data plane uses them. */
export interface DecisionEngine {
  decide(
    request: EngineRequest,
    snapshot: TenantSnapshot,
    session: SessionFacts,
    verdicts: readonly BundleVerdict[],
  ): Decision;
  policyInput(request: EngineRequest, session: SessionFacts): object;
  /** Values under keys that look secret are replaced, at any depth. */
  redact(value: unknown): unknown;
}

export const decisionEngine: DecisionEngine = {
  decide,
  policyInput: buildPolicyInput,
  redact: (value) => redactInput(value),
};
