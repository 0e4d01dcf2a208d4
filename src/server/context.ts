import type {
  BundleSource,
  BundleVerdict,
  EngineRequest,
  PolicyDiagnostic,
  SessionFacts,
  TenantSnapshot,
} from '../engine/types.js';
import type { VisibilityRecorder } from './enforce/visibility-recorder.js';
import type { Store } from './store/port.js';

/** Policy evaluation off the main thread, within a time and memory budget. Implemented in `engine/pool`. */
interface PolicyEvaluator {
  /** Verdicts of the bundles for one call, in bundle order. Never rejects: a failed or late bundle is a BLOCK verdict with `failure`. */
  evaluate(
    request: EngineRequest,
    bundles: readonly BundleSource[],
    session?: SessionFacts,
  ): Promise<readonly BundleVerdict[]>;
  /** Parses and checks source as the server's pre-flight does; empty means it may be enforced. */
  check(
    framework: 'CEDAR' | 'OPA',
    rawPolicy: string,
    tenantId: string,
  ): Promise<readonly PolicyDiagnostic[]>;
  close(): Promise<void>;
}

/** Tenants in memory: the immutable snapshot a decision is made from, replaced after every committed change. */
export interface TenantRegistry {
  /** Undefined for an unknown tenant. */
  snapshot(tenantId: string): TenantSnapshot | undefined;
  /** Re-reads the tenant from the store after a commit that changed settings, bundles or agents. */
  reload(tenantId: string): Promise<void>;
  /** The same after a commit that changed only versions of one bundle; its cost does not grow with the others. */
  reloadBundle(tenantId: string, name: string): Promise<void>;
  /** The same after a commit that changed only which endpoints are quarantined. */
  reloadQuarantine(tenantId: string): Promise<void>;
  /** The same after a commit that changed only pack assignments or exceptions. */
  reloadGovernance(tenantId: string): Promise<void>;
  /** Runs changes of one tenant one after the other; read-modify-write happens inside. */
  exclusively<T>(tenantId: string, change: () => Promise<T>): Promise<T>;
}

export interface Clock {
  now(): number;
}

/** Wakes the streams of a tenant after a commit. */
export interface StreamHub {
  publish(tenantId: string): void;
  /** Calls back after each publish until unsubscribed. */
  subscribe(tenantId: string, wake: () => void): () => void;
  /** How many are subscribed to the tenant. */
  following(tenantId: string): number;
  /** The same for all tenants, later ones too. */
  subscribeAll(wake: (tenantId: string) => void): () => void;
  /** Ends every stream; new subscriptions end at once. */
  close(): void;
  readonly closed: AbortSignal;
}

interface SigningKeyInfo {
  readonly keyId: string;
  /** SPKI PEM. */
  readonly publicKeyPem: string;
}

/** What every route of the local control plane may use. */
export interface ServerContext {
  readonly store: Store;
  readonly tenants: TenantRegistry;
  readonly evaluator: PolicyEvaluator;
  readonly clock: Clock;
  readonly streams: StreamHub;
  /** Fresh URL-safe id with a prefix, sortable by time: `vio_…`, `hold_…`. */
  newId(prefix: string): string;
  signingKeys(): readonly SigningKeyInfo[];
  readonly visibility: VisibilityRecorder;
  readonly options: {
    readonly allowPrivateDelivery: boolean;
    /** Seconds a step-up hold lives when no rule says otherwise. */
    readonly holdSeconds: number;
    readonly policyInputRetentionDays: number;
    /** Distinct approvers a critical-tier hold needs. */
    readonly criticalApprovers: 1 | 2;
  };
}
