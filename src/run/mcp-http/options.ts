import type { RunOptions } from '../options.js';
import type { AllowedCallers } from './caller-check.js';
import type { UpstreamOptions } from './upstream.js';

/** A run whose MCP surface is HTTP. */
export interface McpHttpOptions extends RunOptions {
  /** The remote server; without it the command is the server, on stdio. */
  readonly upstream?: Omit<UpstreamOptions, 'insecureHttp'> | undefined;
  /** Where clients reach us [a free port of 127.0.0.1]. */
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  readonly allowed: AllowedCallers;
  /** Plain HTTP beyond this machine is accepted, in both directions. */
  readonly insecureHttp: boolean;
  /** Present when callers use what belongs to the run, and therefore have to show that they may. */
  readonly proof?: CallerProof | undefined;
  /** Told the address once clients are served, and the file of their token when we made it. */
  readonly onListening?: (url: string, tokenFile: string | undefined) => void;
}

export interface CallerProof {
  /** What callers send as a bearer token; without it one is made. */
  readonly token: string | undefined;
  /** Where made ones are kept. */
  readonly folder: string;
}
