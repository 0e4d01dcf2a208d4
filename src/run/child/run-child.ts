import { once } from 'node:events';
import { endingOf, exitStatus, type ExitStatus } from '../exit-status.js';
import type { GovernedRun } from '../governed-run.js';
import { relay } from '../mcp-stdio/relay.js';
import type { RunOptions } from '../options.js';
import { childEnvironment } from '../sdk-broker/child-environment.js';
import { endGroup } from './clean-up.js';
import { launch } from './launch.js';
import { HAS_PROCESS_GROUPS } from './process-group.js';
import { SignalForwarding } from './signals.js';

/** Runs the command of a run to its end; an MCP client on our stdio is governed on its way to it. */
export async function runChild(
  options: RunOptions,
  command: readonly [string, ...string[]],
  { governance, broker, connect }: GovernedRun,
  /** Address of the governed MCP endpoint of this run. */
  mcpUrl?: string,
): Promise<ExitStatus> {
  const { session } = governance;
  const streams = options.streams ?? { stdin: process.stdin, stdout: process.stdout };
  const governed = governedStdio(options.mcp, streams);
  // On a terminal the child stays in the foreground group, or it could not read from it.
  const ownGroup = HAS_PROCESS_GROUPS && (governed !== false || process.stdin.isTTY !== true);
  const forwarding = new SignalForwarding(ownGroup);
  try {
    const child = await launch({
      command,
      env: childEnvironment(outerEnvironment(options), broker, session.config, session.sessionId, mcpUrl),
      stdio: governed === false ? 'inherit' : ['pipe', 'pipe', 'inherit'],
      ownGroup,
    });
    const ended = once(child, 'exit');
    forwarding.attach(child);
    const link = governed === false ? undefined : relay(child, streams, governance, governed);
    // What it says first is on its way to the client before the connection takes any time.
    child.stdout?.once('data', () => setImmediate(connect));
    options.onStarted?.({ sessionId: session.sessionId, pid: child.pid });
    await ended;
    const status = exitStatus(child.exitCode, child.signalCode);
    await Promise.all([link?.childEnded(endingOf(status)), ownGroup ? endGroup(child) : undefined]);
    return status;
  } finally {
    forwarding.stop();
  }
}

/** What the caller and its flags give a command. */
export function outerEnvironment({ environment, withheld = [] }: RunOptions): NodeJS.ProcessEnv {
  const callers = Object.entries(process.env).filter(([name]) => !withheld.includes(name));
  return { ...Object.fromEntries(callers), ...environment };
}

/** Stdio is taken over only where MCP is said or possible: a client never speaks through a terminal. */
function governedStdio(
  mcp: boolean | undefined,
  streams: NonNullable<RunOptions['streams']>,
): true | 'recognise' | false {
  if (mcp !== undefined) return mcp;
  const terminal = [streams.stdin, streams.stdout].some(
    (stream) => 'isTTY' in stream && stream.isTTY === true,
  );
  return terminal ? false : 'recognise';
}
