import type { Readable, Writable } from 'node:stream';
import type { ThothConfig } from '../sdk/config/options.js';

export interface RunOptions {
  /** Program and arguments, exactly as given after `--`. */
  readonly command: readonly string[];
  /** Connection, identity and rules of the run; variables of the SDK apply where an option is absent. */
  readonly governance: ThothConfig;
  /** True: the child is an MCP server. False: it is not. Undefined: told from the first message. */
  readonly mcp?: boolean | undefined;
  /** Our own stdio, when it is to be governed [process]. */
  readonly streams?: { readonly stdin: Readable; readonly stdout: Writable };
  /** Told the broker's address and the session once the child runs. */
  readonly onStarted?: (run: { readonly sessionId: string; readonly pid: number | undefined }) => void;
}
