import type { Readable, Writable } from 'node:stream';
import type { ThothConfig } from '../sdk/config/options.js';
import type { RedactionOptions } from './mcp/redaction.js';

export interface RunOptions {
  /** Program and arguments, exactly as given after `--`. */
  readonly command: readonly string[];
  /** Connection, identity and rules of the run; variables of the SDK apply where an option is absent. */
  readonly governance: ThothConfig;
  /** Variables set for the child, over those of the caller. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variables of the caller that the child does not get: what they hold would lead it around us. */
  readonly withheld?: readonly string[] | undefined;
  /** True: the child is an MCP server. False: it is not. Undefined: told from the first message. */
  readonly mcp?: boolean | undefined;
  /** True: the MCP server speaks revisions before 2026-07-28 alone; clients of that one are understood in its place. */
  readonly serverIsOlder?: boolean | undefined;
  /** False: tools that the agent cannot use are listed all the same [true]. */
  readonly filterTools?: boolean | undefined;
  /** Folder that keeps the pinned tool definitions; without it none are pinned. */
  readonly pinsFolder?: string | undefined;
  /** What is taken out of the server's messages [nothing]. */
  readonly redaction?: RedactionOptions | undefined;
  /** File that gets one line of JSON for every decision. */
  readonly record?: string | undefined;
  /** Our own stdio, when it is to be governed [process]. */
  readonly streams?: { readonly stdin: Readable; readonly stdout: Writable };
  /** Told the broker's address and the session once the child runs. */
  readonly onStarted?: (run: { readonly sessionId: string; readonly pid: number | undefined }) => void;
}
