import { ThothctlError } from '../errors/index.js';
import { commaList } from '../sdk/config/values.js';
import { ThothConfigError } from '../sdk/errors.js';
import { shutdown } from '../sdk/client.js';
import { resolveConfig } from '../sdk/config/resolve.js';
import { createRuntime } from '../sdk/runtime.js';
import { Session } from '../sdk/session.js';
import { Account, type AccountSummary } from './account/account.js';
import type { ExitStatus } from './exit-status.js';
import { governanceOf, type Governance, type McpServer } from './mcp/governance.js';
import type { RunOptions } from './options.js';
import { SdkBroker } from './sdk-broker/broker.js';
import { keepWasmCallsOutOfLine } from '../wasm-calls.js';

const FLUSH_MS = 2000;
/** A program that has said nothing for so long may be about to make a call all the same. */
const SILENT_START_MS = 250;

/** How a run ended and what was decided in it. */
export interface RunResult extends ExitStatus {
  readonly account: AccountSummary;
  /** False when lines of `record` were lost. */
  readonly recorded: boolean;
}

/** What a run decides by, and the broker for SDKs in what it starts. */
export interface GovernedRun {
  readonly governance: Governance;
  readonly broker: SdkBroker;
  /** Opens the connection to the enforcer ahead of the first call. Only the first time it is called. */
  readonly connect: () => void;
}

/**
 * Opens the one session of a run, works under it, and delivers its events before it ends.
 * @throws ThothctlError exit 125 when the run cannot be governed; then nothing was started.
 */
export async function governedRun(
  options: RunOptions,
  server: McpServer,
  work: (run: GovernedRun) => Promise<ExitStatus>,
): Promise<RunResult> {
  const session = openSession(options, server.program);
  let broker: SdkBroker | undefined;
  let connecting: NodeJS.Timeout | undefined;
  try {
    const account = new Account(session.sessionId, options.record);
    const governance = governanceOf(options, session, account, server);
    broker = await startBroker(session, account);
    const connect = (): void => {
      if (connecting === undefined) return;
      clearTimeout(connecting);
      connecting = undefined;
      void openConnection(session);
    };
    connecting = setTimeout(connect, SILENT_START_MS);
    const status = await work({ governance, broker, connect });
    return { ...status, account: account.summary, recorded: account.close() };
  } finally {
    clearTimeout(connecting);
    session.close();
    await Promise.all([broker?.stop(), shutdown(FLUSH_MS)]);
  }
}

/**
 * Loads the HTTP client and opens its connection: the first call finds it ready. Not while the child starts, which on few
 * cores would take longer for it.
 */
async function openConnection(session: Session): Promise<void> {
  await session.warm();
  // The client parses in WebAssembly, and this process may live as long as its agent. Only now, because V8 refuses the
  // code cache of the client under another flag than it was written with.
  keepWasmCallsOutOfLine();
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

function openSession(options: RunOptions, program: string | undefined): Session {
  const { governance } = options;
  try {
    const config = resolveConfig({
      ...governance,
      // No scope of the run: the list stays empty and the agent's scope on the server applies.
      approvedScope: governance.approvedScope ?? commaList(process.env['THOTH_APPROVED_SCOPE']) ?? [],
      sessionId: governance.sessionId ?? process.env['THOTH_SESSION_ID'],
      // Elsewhere every ancestor costs a process to ask, at every start.
      predicates: {
        reportLineage: process.platform === 'linux',
        ...(program !== undefined && { upstreamBinary: program }),
        ...governance.predicates,
      },
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
