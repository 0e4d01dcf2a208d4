import { once } from 'node:events';
import { ThothctlError, usageError } from '../errors/index.js';
import { commaList } from '../sdk/config/values.js';
import { ThothConfigError } from '../sdk/errors.js';
import { shutdown } from '../sdk/client.js';
import { resolveConfig } from '../sdk/config/resolve.js';
import { createRuntime } from '../sdk/runtime.js';
import { Session } from '../sdk/session.js';
import { endGroup } from './child/clean-up.js';
import { launch } from './child/launch.js';
import { SignalForwarding } from './child/signals.js';
import { Account, type AccountSummary } from './account/account.js';
import { exitStatus, type ExitStatus } from './exit-status.js';
import { governanceOf, type Governance } from './mcp/governance.js';
import { relay } from './mcp-stdio/relay.js';
import type { RunOptions } from './options.js';
import { SdkBroker } from './sdk-broker/broker.js';
import { childEnvironment } from './sdk-broker/child-environment.js';
import { keepWasmCallsOutOfLine } from '../wasm-calls.js';

export { summaryText } from './account/summary-text.js';
export { type RunOptions } from './options.js';

const FLUSH_MS = 2000;

/** How a run ended and what was decided in it. */
export interface RunResult extends ExitStatus {
  readonly account: AccountSummary;
  /** False when lines of `record` were lost. */
  readonly recorded: boolean;
}

/**
 * Runs a command under governance: its tool calls over MCP stdio and those of any Thoth SDK inside it are
 * decided by one session. Resolves with the child's own exit code, or 128 plus its signal. Throws before the
 * child starts: exit 125 (our own failure), 126 (not executable), 127 (not found).
 */
export async function runGoverned(options: RunOptions): Promise<RunResult> {
  const [program, ...args] = options.command;
  if (program === undefined || program === '') {
    throw usageError('No command to run.', 'Give it after --, for example: thothctl run -- node agent.js');
  }
  // The HTTP client parses in WebAssembly, and this process may live as long as its agent.
  keepWasmCallsOutOfLine();
  const session = openSession(options, program);
  let broker: SdkBroker | undefined;
  try {
    const account = new Account(session.sessionId, options.record);
    const governance = governanceOf(options, session, account);
    // The connection opens while the child starts; the first call finds it ready.
    void session.warm();
    broker = await startBroker(session, account);
    const status = await runChild(options, [program, ...args], governance, broker);
    return { ...status, account: account.summary, recorded: account.close() };
  } finally {
    session.close();
    await Promise.all([broker?.stop(), shutdown(FLUSH_MS)]);
  }
}

async function startBroker(session: Session, account: Account): Promise<SdkBroker> {
  try {
    return await SdkBroker.start(session, account);
  } catch (cause) {
    throw new ThothctlError({
      code: 'broker_not_started',
      message: 'The broker for SDKs in the command could not listen on 127.0.0.1.',
      exit: 'runFailed',
      cause,
    });
  }
}

async function runChild(
  options: RunOptions,
  command: readonly [string, ...string[]],
  governance: Governance,
  broker: SdkBroker,
): Promise<ExitStatus> {
  const { session } = governance;
  const streams = options.streams ?? { stdin: process.stdin, stdout: process.stdout };
  const governed = governedStdio(options.mcp, streams);
  // On a terminal the child stays in the foreground group, or it could not read from it.
  const ownGroup = process.platform !== 'win32' && (governed !== false || process.stdin.isTTY !== true);
  const forwarding = new SignalForwarding(ownGroup);
  try {
    const child = await launch({
      command,
      env: childEnvironment(
        { ...process.env, ...options.environment },
        broker,
        session.config,
        session.sessionId,
      ),
      stdio: governed === false ? 'inherit' : ['pipe', 'pipe', 'inherit'],
      ownGroup,
    });
    const ended = once(child, 'exit');
    forwarding.attach(child);
    const link = governed === false ? undefined : relay(child, streams, governance, governed);
    options.onStarted?.({ sessionId: session.sessionId, pid: child.pid });
    await ended;
    const status = exitStatus(child.exitCode, child.signalCode);
    const how =
      status.signal === undefined ? `exited with code ${status.code}` : `was ended by ${status.signal}`;
    await Promise.all([link?.childEnded(how), ownGroup ? endGroup(child) : undefined]);
    return status;
  } finally {
    forwarding.stop();
  }
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

function openSession(options: RunOptions, program: string): Session {
  const { governance } = options;
  try {
    const config = resolveConfig({
      ...governance,
      // No scope of the run: the list stays empty and the agent's scope on the server applies.
      approvedScope: governance.approvedScope ?? commaList(process.env['THOTH_APPROVED_SCOPE']) ?? [],
      sessionId: governance.sessionId ?? process.env['THOTH_SESSION_ID'],
      predicates: { upstreamBinary: program, ...governance.predicates },
      events: { batchSize: 100, queueLimit: 20_000, flushTimeoutMs: FLUSH_MS, ...governance.events },
    });
    return new Session(createRuntime(config));
  } catch (error) {
    if (!(error instanceof ThothConfigError)) throw error;
    throw new ThothctlError({
      code: 'run_configuration',
      message: `The run cannot be governed: ${error.message}.`,
      exit: 'runFailed',
      fix: 'Each of these settings is also a flag, such as --agent-id; `thothctl run --help` lists them.',
      cause: error,
    });
  }
}
