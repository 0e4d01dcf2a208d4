import type { Session } from '../../sdk/session.js';
import type { JsonObject } from '../../sdk/vocabulary.js';
import type { Account } from '../account/account.js';
import type { RunOptions } from '../options.js';
import { pinFile, serverIdentity, type ServerIdentity } from '../pins/pin-file.js';
import { ToolPins } from '../pins/tool-pins.js';
import { Redactor } from './redaction.js';
import { ToolGuard } from './tool-guard.js';

/** What a gateway decides by, and where it accounts for it. */
export interface Governance {
  readonly session: Session;
  readonly tools: ToolGuard;
  readonly redactor: Redactor | undefined;
  readonly account: Account;
  /** Added to the metadata of every request. */
  readonly metadata: JsonObject;
  /** The server is known to speak no newer protocol, whatever its client speaks. */
  readonly serverIsOlder: boolean;
}

/** The MCP server of a run, as pins, predicates and policies know it. */
export interface McpServer {
  readonly identity: ServerIdentity;
  /** What is started to reach it; undefined when it runs elsewhere. */
  readonly program: string | undefined;
  /** Added to the metadata of every request. */
  readonly metadata: JsonObject;
}

export function stdioServer(command: readonly string[]): McpServer {
  const identity = serverIdentity(command);
  // Not a URL: the allow-list of remote servers does not apply to it.
  return { identity, program: command[0], metadata: { mcp_runtime_identity: `stdio:${identity.name}` } };
}

/** What the gateway of this run decides by. @throws ThothctlError `pins_unreadable`, `redaction_pattern` */
export function governanceOf(
  options: RunOptions,
  session: Session,
  account: Account,
  { identity, metadata }: McpServer,
): Governance {
  const { pinsFolder, redaction } = options;
  const { logger } = session.config;
  const pins =
    pinsFolder === undefined || options.mcp === false
      ? undefined
      : new ToolPins({
          path: pinFile(pinsFolder, identity),
          name: identity.name,
          onChange(tool) {
            account.toolChanged(tool);
            logger.warn(
              `the description of tool '${tool}' of ${identity.name} changed since it was approved`,
            );
          },
          onUnwritable() {
            logger.warn(`the tool descriptions of ${identity.name} cannot be pinned in ${pinsFolder}`);
          },
        });
  return {
    session,
    tools: new ToolGuard(session, options.filterTools !== false, pins),
    redactor: redaction && new Redactor(redaction, account),
    account,
    metadata,
    serverIsOlder: options.serverIsOlder === true,
  };
}
