import type { RetryPolicy } from '../delivery/retry-policy.js';

export interface StartServerOptions {
  /** Address to listen on; `127.0.0.1` unless given. */
  readonly host?: string;
  /** 0 picks a free port; 4100 unless given. */
  readonly port?: number;
  readonly dataDir?: string;
  /** Name of the tenant the first start creates; `local` unless given. Later starts must name the same or none. */
  readonly tenantId?: string;
  readonly readyFile?: string;
  /** YAML or JSON applied at the first start only. */
  readonly seedFile?: string;
  /** PEM files. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** Allows plain HTTP beyond loopback. */
  readonly insecureHttp?: boolean;
  /** Allows outbound delivery to private and loopback addresses. */
  readonly allowPrivateDelivery?: boolean;
  /** Folder whose files `file://` bundle sources may name; `policy-sources` in the data directory unless given. */
  readonly policySourceDir?: string;
  /** Parts of the retry policy of outbound deliveries. */
  readonly deliveryRetry?: Partial<RetryPolicy>;
  readonly holdSeconds?: number;
  readonly policyInputRetentionDays?: number;
  readonly criticalApprovers?: 1 | 2;
  /** Holds every reply against the contract, a breach is a 500; on by default when THOTHCTL_VALIDATE_RESPONSES=1. */
  readonly validateResponses?: boolean;
  /** Told about faults of the server itself, with the request id a client was given. */
  readonly onFault?: (requestId: string, error: unknown) => void;
  readonly version?: string;
}

export interface RunningServer {
  readonly url: string;
  readonly tenantId: string;
  readonly adminTokenFile: string;
  readonly dataDir: string;
  /** Ends streams, drains requests, writes what is pending and releases the data directory. Safe to call twice. */
  close(): Promise<void>;
}

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 4100;
export const DEFAULT_TENANT = 'local';
