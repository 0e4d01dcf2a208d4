import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal, Provenance, RouteContext } from './port.js';

interface Parts {
  readonly tenantId: string;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const NAME_LIMIT = 200;

/** What a handler sees. Provenance and the abort signal are made only when asked for: the hot path uses neither. */
export class RequestContext implements RouteContext {
  readonly tenantId: string;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly requestId: string;
  readonly raw: { readonly request: IncomingMessage; readonly response: ServerResponse };
  #signal: AbortSignal | undefined;

  constructor(parts: Parts) {
    this.tenantId = parts.tenantId;
    this.principal = parts.principal;
    this.params = parts.params;
    this.query = parts.query;
    this.body = parts.body;
    this.requestId = parts.requestId;
    this.raw = { request: parts.request, response: parts.response };
  }

  get provenance(): Provenance {
    const { headers } = this.raw.request;
    return {
      via: shortText(headers['x-aten-provisioned-via']),
      provisioner: shortText(headers['x-aten-provisioner']),
      version: shortText(headers['x-aten-provisioner-version']),
    };
  }

  /** Aborted when the client goes away before the reply is complete. */
  get signal(): AbortSignal {
    if (this.#signal !== undefined) return this.#signal;
    const { response } = this.raw;
    const controller = new AbortController();
    this.#signal = controller.signal;
    if (response.destroyed) controller.abort();
    else {
      response.once('close', () => {
        if (!response.writableFinished) controller.abort();
      });
    }
    return this.#signal;
  }
}

function shortText(value: string | string[] | undefined): string | null {
  const text = (Array.isArray(value) ? value[0] : value)?.trim().slice(0, NAME_LIMIT);
  return text === undefined || text === '' ? null : text;
}
