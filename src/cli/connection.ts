import type { GovApi } from '../govapi/client.js';

/** What the base flags say about where to connect and with which credential; see `src/context` for the precedence. */
export interface ConnectionRequest {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
  readonly notice: (text: string) => void;
}

/** Client of the selected tenant. Loaded only by commands that call the control plane. */
export async function connect(_request: ConnectionRequest): Promise<GovApi> {
  throw new TypeError('replaced once src/context is present');
}
