import type { Override } from './exceptions/override.js';
import type { PackBook } from './packs/pack.js';
import type { TextEdit } from '../text-edits.js';

/** Vocabulary of the decision engine. Everything here is plain data: no clock, no I/O, no handles. */

import type { McpControl } from './mcp/control.js';

export type DecisionWord = 'ALLOW' | 'BLOCK' | 'STEP_UP' | 'MODIFY' | 'DEFER';
export type EnforcementMode = 'observe' | 'step_up' | 'block' | 'progressive';
export type RiskTier = 'low' | 'medium' | 'high' | 'critical';
export type ShadowAction = 'allow' | 'step_up' | 'block';
export type ActionClass = 'read' | 'write' | 'delete' | 'execute' | 'payment';
export type Framework = 'CEDAR' | 'OPA';
export type JsonObject = { readonly [key: string]: unknown };

/** One tool call as it reaches `/v1/enforce`, already narrowed. `mode` has `shadow` folded into `observe`. */
export interface EngineRequest {
  readonly tenantId: string;
  readonly agentId: string;
  readonly userId: string;
  readonly toolName: string;
  readonly toolArgs: JsonObject | undefined;
  readonly sessionId: string;
  readonly sessionToolCalls: readonly string[];
  readonly approvedScope: readonly string[];
  readonly mode: EnforcementMode;
  readonly environment: string;
  readonly sessionIntent: string | undefined;
  readonly purpose: string | undefined;
  readonly dataClassification: string | undefined;
  readonly taskContext: JsonObject | undefined;
  readonly identityBinding: JsonObject | undefined;
  readonly metadata: JsonObject | undefined;
  /** The agent that passed the call on, when the caller named one. */
  readonly callerAgentId: string | undefined;
  readonly endpointId: string | undefined;
  readonly fleetId: string | undefined;
  /** RFC 3339, UTC; the server's clock, never the client's. */
  readonly receivedAt: string;
}

/** A pushed bundle version as the engine needs it. Compilation results live in the evaluator, keyed by `id`. */
export interface BundleSource {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly framework: Framework;
  readonly rawPolicy: string;
  readonly policyHash: string;
  readonly assignments: readonly string[];
  /** Binding bundles decide; a non-binding one (observe, or a staged newer version) is only reported. */
  readonly binding: boolean;
  /** False when it was accepted in observe mode although it does not parse; a binding one then blocks. */
  readonly evaluable: boolean;
}

/** What one bundle says about one call. `NO_OPINION` leaves the decision to the others. */
export interface BundleVerdict {
  readonly bundleId: string;
  readonly bundleName: string;
  readonly bundleVersion: number;
  readonly binding: boolean;
  readonly outcome: DecisionWord | 'NO_OPINION';
  /** Ids of the rules or policies that made the outcome, as written (`@id`, rule name, directive line). */
  readonly ruleIds: readonly string[];
  readonly reasonCode: string | undefined;
  readonly reason: string | undefined;
  readonly modifiedToolArgs?: JsonObject;
  readonly timeoutSeconds?: number;
  readonly flags?: readonly string[];
  readonly actionClass?: ActionClass;
  /** True when a rule names this very tool: only then may it allow an out-of-scope call. */
  readonly namesTool: boolean;
  /** Set when evaluation failed or ran out of budget; the outcome is then BLOCK. */
  readonly failure?: string;
  /** What the other rules of the bundle say; it counts once an exception sets the outcome aside. */
  readonly rest?: BundleVerdict;
  /** Ids of rules, of any bundle or pack, that rules of this bundle set aside for this call. */
  readonly waives?: readonly string[];
}

/** Per-tenant facts of a decision; immutable, replaced when the tenant's revision moves. */
export interface TenantSnapshot {
  readonly tenantId: string;
  readonly revision: number;
  readonly shadowPolicy: Readonly<Partial<Record<RiskTier, ShadowAction>>>;
  readonly toolRiskOverrides: Readonly<Record<string, RiskTier>>;
  /** Scope registered on the server per agent id (`agents scope set`). */
  readonly agentScopes: ReadonlyMap<string, readonly string[]>;
  /** Intent name to the tools it allows, when the tenant declared any. */
  readonly intents: ReadonlyMap<string, readonly string[]>;
  readonly bundles: readonly BundleSource[];
  /** Endpoints whose calls are refused, in every mode. */
  readonly quarantinedEndpoints: ReadonlySet<string>;
  readonly regulatoryRegimes: readonly string[];
  readonly mcpControl: McpControl;
  readonly packs: PackBook;
  /** Temporary overrides of approved exceptions, by `overrideKey`. */
  readonly overrides: ReadonlyMap<string, readonly Override[]>;
}

/** What the server remembers of a session: counted by requests, never from the client's list. */
export interface SessionFacts {
  readonly requests: number;
  readonly violations: number;
  readonly callsOfThisTool: number;
}

export interface Decision {
  readonly decision: DecisionWord;
  /** Observe mode: what would have been decided. `decision` is then ALLOW. */
  readonly shadowDecision: DecisionWord | undefined;
  readonly reasonCode: string;
  readonly reason: string;
  readonly actionClass: ActionClass;
  /** Whether the tool was in the approved scope; undefined when nobody looked. */
  readonly inScope?: boolean;
  readonly riskTier: RiskTier;
  readonly riskScore: number;
  /** True when it counts as a violation; the server then gives it an id. */
  readonly violation: boolean;
  readonly modifiedToolArgs: JsonObject | undefined;
  readonly timeoutSeconds: number | undefined;
  /** `bundle name@version#rule`, or `scope`, `intent`, `risk-tier`: which rule made it. */
  readonly matchedRuleIds: readonly string[];
  readonly policyReferences: readonly string[];
  /** Non-binding verdicts, reported as what would have happened. */
  readonly observed: readonly BundleVerdict[];
  readonly flags: readonly string[];
}

/** A finding about policy source, with place: 1-based line and column. */
export interface PolicyDiagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt?: string;
  readonly fix?: string;
  /** A safe repair of the source; only this program's own use, never sent. */
  readonly edit?: TextEdit;
}
