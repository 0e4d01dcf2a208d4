import type { DecisionMembers } from './decision/members.js';
import type { JsonObject, RefusalSource } from './vocabulary.js';

/** Decision context carried by a refusal; everything the enforcer said, narrowed. */
export type ViolationDetails = DecisionMembers & {
  readonly source?: RefusalSource;
  readonly authorizationDecision?: string;
  /** Asks the enforcer for its explanation; must not throw. */
  readonly explain?: () => Promise<JsonObject | undefined>;
};

/** A governed call was refused. The tool was not touched. */
export class ThothPolicyViolation extends Error {
  override readonly name: string = 'ThothPolicyViolation';
  readonly toolName: string;
  readonly reason: string;
  readonly violationId: string | undefined;
  readonly source: RefusalSource;
  readonly decisionReasonCode: string | undefined;
  readonly actionClassification: string | undefined;
  readonly authorizationDecision: string | undefined;
  readonly deferTimeoutSeconds: number | undefined;
  readonly stepUpTimeoutSeconds: number | undefined;
  readonly riskScore: number | undefined;
  readonly latencyMs: number | undefined;
  readonly packId: string | undefined;
  readonly packVersion: string | undefined;
  readonly ruleVersion: number | undefined;
  readonly regulatoryRegimes: readonly string[] | undefined;
  readonly matchedRuleIds: readonly string[] | undefined;
  readonly matchedControlIds: readonly string[] | undefined;
  readonly policyReferences: readonly string[] | undefined;
  readonly modelSignals: readonly string[] | undefined;
  readonly receipt: DecisionMembers['receipt'];
  readonly decisionEnvelopeVersion: string | undefined;
  readonly enforcementTraceId: string | undefined;
  readonly actionAttestationId: string | undefined;
  readonly fastmlFeatures: DecisionMembers['fastmlFeatures'];
  readonly scoreComponents: DecisionMembers['scoreComponents'];
  readonly topContributors: DecisionMembers['topContributors'];
  readonly decisionEvidence: DecisionMembers['decisionEvidence'];
  /** From the decision itself or, once it has come, from `explain()`. */
  explanation: DecisionMembers['explanation'];
  readonly #explain: ViolationDetails['explain'];

  constructor(toolName: string, reason: string, violationId?: string, details: ViolationDetails = {}) {
    const id = violationId ?? details.violationId;
    super(
      `Thoth blocked tool '${toolName}': ${reason}${id === undefined || id === '' ? '' : ` (violation_id=${id})`}`,
    );
    this.toolName = toolName;
    this.reason = reason;
    this.violationId = id;
    this.source = details.source ?? 'policy';
    this.decisionReasonCode = details.decisionReasonCode;
    this.actionClassification = details.actionClassification;
    this.authorizationDecision = details.authorizationDecision;
    this.deferTimeoutSeconds = details.deferTimeoutSeconds;
    this.stepUpTimeoutSeconds = details.stepUpTimeoutSeconds;
    this.riskScore = details.riskScore;
    this.latencyMs = details.latencyMs;
    this.packId = details.packId;
    this.packVersion = details.packVersion;
    this.ruleVersion = details.ruleVersion;
    this.regulatoryRegimes = details.regulatoryRegimes;
    this.matchedRuleIds = details.matchedRuleIds;
    this.matchedControlIds = details.matchedControlIds;
    this.policyReferences = details.policyReferences;
    this.modelSignals = details.modelSignals;
    this.receipt = details.receipt;
    this.decisionEnvelopeVersion = details.decisionEnvelopeVersion;
    this.enforcementTraceId = details.enforcementTraceId;
    this.actionAttestationId = details.actionAttestationId;
    this.fastmlFeatures = details.fastmlFeatures;
    this.scoreComponents = details.scoreComponents;
    this.topContributors = details.topContributors;
    this.decisionEvidence = details.decisionEvidence;
    this.explanation = details.explanation;
    this.#explain = details.explain;
  }

  /**
   * The enforcer's explanation in plain language, asked for at most once. Undefined when there is none or the
   * option `explain` is `off`. Never throws.
   */
  async explain(): Promise<JsonObject | undefined> {
    this.explanation ??= await this.#explain?.();
    return this.explanation;
  }
}

/** The policy deferred the call; `deferTimeoutSeconds` says when to try again. The SDK never retries by itself. */
export class ThothDeferredError extends ThothPolicyViolation {
  override readonly name: string = 'ThothDeferredError';
}

/** Raised instead of waiting for an approver when `stepUp` is `throw`. */
export class ThothStepUpRequired extends ThothPolicyViolation {
  override readonly name: string = 'ThothStepUpRequired';
  readonly holdToken: string;

  constructor(toolName: string, reason: string, holdToken: string, details: ViolationDetails = {}) {
    super(toolName, reason, details.violationId, { source: 'step_up', ...details });
    this.holdToken = holdToken;
  }
}

/** Wrong or missing configuration, or nothing that could be governed; raised when governance is set up. */
export class ThothConfigError extends Error {
  override readonly name = 'ThothConfigError';
}
