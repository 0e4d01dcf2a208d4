import type { LazyLogger, ThothLogger } from '../logger.js';
import type { EnforcementMode, JsonObject } from '../vocabulary.js';

export type Telemetry = 'minimal' | 'redacted' | 'full';
export type Explain = 'off' | 'lazy' | 'eager';

/** Delivery of behavioural events. Defaults in brackets. */
export interface EventOptions {
  /** Events per POST, 1 to 100 [10]. */
  readonly batchSize?: number;
  /** How long an event may wait for company, milliseconds [250]. */
  readonly lingerMs?: number;
  /** Events kept while the ingest endpoint is slow; newer ones are dropped and counted [1000]. */
  readonly queueLimit?: number;
  /** Tries per batch [3]. */
  readonly maxAttempts?: number;
  /** Longest wait at process end, milliseconds [2000]. */
  readonly flushTimeoutMs?: number;
  /** File, mode 0600, that keeps undelivered events across process ends [none]. */
  readonly spoolFile?: string;
}

/** Local predicates of SDK behaviour 13, in the form of their variables. */
export interface PredicateOptions {
  readonly blockedLineageAncestorTokens?: string;
  readonly blockedLineageUpstreamBinaries?: string;
  readonly intentToolAllowlist?: string;
  /** Base name or path of the wrapped server binary, when there is one. */
  readonly upstreamBinary?: string;
  /** True: tells the lineage with every request and event, also when no rule asks for it. */
  readonly reportLineage?: boolean;
}

/**
 * Options of the SDK. Each one wins over its variable, the variable over the default; `undefined` and the empty
 * string count as absent. Source: SDK behaviour 2.1.
 */
export interface ThothConfig {
  readonly agentId?: string | undefined;
  readonly tenantId?: string | undefined;
  /** Tool names the agent may call. An explicit empty list leaves the scope to the server. */
  readonly approvedScope?: readonly string[] | undefined;
  readonly apiUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly userId?: string | undefined;
  readonly enforcement?: EnforcementMode | string | undefined;
  readonly environment?: string | undefined;
  readonly failOpen?: boolean | undefined;
  readonly stepUpTimeoutMinutes?: number | undefined;
  readonly stepUpPollIntervalMs?: number | undefined;
  readonly stepUp?: 'wait' | 'throw' | undefined;
  readonly sessionId?: string | undefined;
  readonly sessionIntent?: string | undefined;
  readonly purpose?: string | undefined;
  readonly dataClassification?: string | undefined;
  readonly taskContext?: JsonObject | undefined;
  readonly policyContext?: JsonObject | undefined;
  readonly requestMetadata?: JsonObject | undefined;
  readonly identityBinding?: JsonObject | undefined;
  readonly enforcementTraceId?: string | undefined;
  readonly actionAttestationId?: string | undefined;
  readonly eventIngestToken?: string | undefined;
  readonly enforceTimeoutMs?: number | undefined;
  readonly historyLimit?: number | undefined;
  readonly telemetry?: Telemetry | undefined;
  readonly events?: EventOptions | undefined;
  readonly logger?: Partial<ThothLogger> | undefined;
  readonly logLevel?: string | number | undefined;
  /** Plain-language explanation of refusals: on demand (`error.explain()`), at once, or never [off]. */
  readonly explain?: Explain | undefined;
  /** Ends waits for approvers with a refusal. */
  readonly signal?: AbortSignal | undefined;
  readonly predicates?: PredicateOptions | undefined;
  /** Public keys by `key_id` (PEM or base64url of the raw 32 bytes); receipts are then verified. */
  readonly receiptKeys?: Readonly<Record<string, string>> | undefined;
}

/** Configuration after defaults, environment and checks. */
export interface ResolvedConfig {
  readonly agentId: string;
  readonly tenantId: string;
  readonly approvedScope: readonly string[];
  /** Without trailing slashes. */
  readonly apiUrl: string;
  readonly apiKey: string | undefined;
  readonly userId: string;
  readonly enforcement: EnforcementMode;
  readonly environment: string;
  readonly failOpen: boolean;
  readonly stepUpTimeoutMs: number;
  readonly stepUpPollIntervalMs: number;
  readonly stepUp: 'wait' | 'throw';
  readonly sessionId: string | undefined;
  readonly sessionIntent: string | undefined;
  readonly purpose: string | undefined;
  readonly dataClassification: string | undefined;
  readonly taskContext: JsonObject | undefined;
  readonly metadata: JsonObject | undefined;
  readonly identityBinding: JsonObject;
  readonly enforcementTraceId: string | undefined;
  readonly actionAttestationId: string | undefined;
  readonly eventIngestToken: string | undefined;
  readonly enforceTimeoutMs: number;
  readonly historyLimit: number;
  readonly telemetry: Telemetry;
  readonly explain: Explain;
  readonly events: Required<Omit<EventOptions, 'spoolFile'>> & Pick<EventOptions, 'spoolFile'>;
  readonly logger: LazyLogger;
  readonly signal: AbortSignal | undefined;
  readonly predicates: PredicateOptions;
  readonly receiptKeys: Readonly<Record<string, string>>;
}
