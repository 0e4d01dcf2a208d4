import type { IncomingMessage, ServerResponse } from 'node:http';

export type Permission = 'read' | 'write' | 'execute';

/** Who is calling, after authentication. `credentialId` is a key id or a session id. */
export interface Principal {
  readonly tenantId: string;
  readonly kind: 'admin' | 'api_key' | 'ingest';
  readonly credentialId: string;
  /** Display identity recorded as `resolved_by`, `created_by`. */
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly scope: {
    readonly level: 'organization' | 'fleet' | 'endpoint' | 'agent';
    readonly targetId: string | null;
  };
}

export interface Provenance {
  readonly via: string | null;
  readonly provisioner: string | null;
  readonly version: string | null;
}

export interface RouteContext {
  readonly tenantId: string;
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed and validated against the contract's request schema; undefined when the operation has no body. */
  readonly body: unknown;
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly raw: { readonly request: IncomingMessage; readonly response: ServerResponse };
}

/** `stream` handlers write to `raw.response` themselves and return `streamed`. */
export type RouteReply =
  | {
      readonly status: number;
      readonly body?: object | null;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'streamed';

/** A route implements one operation of the contract, named by its operationId; method, path and schemas come from there. */
export interface Route {
  readonly operationId: string;
  /** Permission a credential needs; `none` for routes that authenticate otherwise (sign-in, health). */
  readonly permission: Permission | 'none';
  /** Another permission that will do. */
  readonly orPermission?: Permission;
  /** The handler narrows the body itself: it takes parts of it (events), or is too hot for a general validator (enforce). */
  readonly narrowsBody?: true;
  /** The handler gets the body as it arrived, a `Buffer`: a signature is over bytes. Such bodies are short. */
  readonly rawBody?: true;
  readonly handle: (context: RouteContext) => Promise<RouteReply>;
}

/** Thrown by handlers; becomes the contract's flat error body. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}
