import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { bridgeStdio } from './bridge-stdio.js';
import { usageError } from '../../errors/index.js';
import { outerEnvironment, runChild } from '../child/run-child.js';
import type { ExitStatus } from '../exit-status.js';
import { governedRun, type GovernedRun, type RunResult } from '../governed-run.js';
import { stdioServer, type McpServer } from '../mcp/governance.js';
import { childEnvironment } from '../sdk-broker/child-environment.js';
import { StdioBackend } from './stdio-backend.js';
import type { Backend } from './backend.js';
import { openEndpoint, type Endpoint } from './endpoint.js';
import { EndpointGuard } from './endpoint-guard.js';
import { keptToken, type KeptToken } from './listen-token.js';
import type { CallerProof, McpHttpOptions } from './options.js';
import { HttpGateway } from './gateway.js';
import { ParameterMarks } from './parameter-marks.js';
import { RemoteBackend } from './remote-backend.js';
import { ServerMessages } from './server-messages.js';
import { ServerView } from '../mcp/server-view.js';
import { stopSignal } from './stop-signal.js';
import { serverUrl, Upstream, type UpstreamOptions } from './upstream.js';

export { summaryText } from '../account/summary-text.js';
export { givenToken } from './listen-token.js';
export { type McpHttpOptions } from './options.js';

const FREE_PORT = { host: '127.0.0.1', port: 0 };

/** Where a server on stdio is served; a remote one keeps the path of its own URL. */
const STDIO_PATH = '/mcp';

/**
 * Runs with MCP over HTTP as the surface that is governed. With a remote server and a command, the command is the agent
 * and finds the endpoint's address in THOTH_MCP_URL; the run ends with it. Without a remote server the command is a server
 * on stdio, and is served over HTTP. With neither an agent nor an address, a client on our stdio is served by the remote
 * server. Otherwise a run without an agent ends with a signal.
 */
export async function runMcpHttp(options: McpHttpOptions): Promise<RunResult> {
  const { upstream, insecureHttp } = options;
  if (upstream === undefined) {
    const [program, ...args] = options.command;
    if (program === undefined || program === '') {
      throw usageError(
        'There is no MCP server to serve.',
        'Give its command after --, or the URL of a remote one with --mcp-http.',
      );
    }
    const server = stdioServer(options.command);
    return governedRun(options, server, (run) => serveStdio(options, server, [program, ...args], run));
  }
  const url = serverUrl(upstream.url, insecureHttp);
  const server = remoteServer(url);
  return governedRun(options, server, (run) =>
    frontRemote(options, server, { ...upstream, insecureHttp }, run),
  );
}

function serveStdio(
  options: McpHttpOptions,
  server: McpServer,
  command: readonly [string, ...string[]],
  run: GovernedRun,
): Promise<ExitStatus> {
  const { session } = run.governance;
  const env = childEnvironment(outerEnvironment(options), run.broker, session.config, session.sessionId);
  const open = (messages: ServerMessages) => new StdioBackend({ command, env }, messages);
  return serve(options, run, { server, path: STDIO_PATH, open }, stopSignal);
}

async function frontRemote(
  options: McpHttpOptions,
  server: McpServer,
  remote: UpstreamOptions,
  run: GovernedRun,
): Promise<ExitStatus> {
  const upstream = await Upstream.open(remote);
  const streams = options.streams ?? { stdin: process.stdin, stdout: process.stdout };
  if (options.listen === undefined && options.command.length === 0 && !isTerminal(streams.stdin)) {
    try {
      return await bridgeStdio(run.governance, upstream, streams, stopSignal());
    } finally {
      await upstream.close();
    }
  }
  const open = (messages: ServerMessages) => new RemoteBackend(upstream, messages);
  return serve(options, run, { server, path: upstream.url.pathname, open }, (url) => {
    const [program, ...args] = options.command;
    return program === undefined ? stopSignal() : runChild(options, [program, ...args], run, url);
  });
}

function isTerminal(stream: Readable): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

/** What an endpoint leads to. */
interface Served {
  readonly server: McpServer;
  readonly path: string;
  readonly open: (messages: ServerMessages) => Backend;
}

/** Serves an endpoint for as long as `work` lasts, which is told the address for the agent of the run. */
async function serve(
  options: McpHttpOptions,
  { governance }: GovernedRun,
  { server, path, open }: Served,
  work: (url: string) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const { allowed, insecureHttp, proof } = options;
  const shown = proof && (await tokenFor(options, proof, server));
  const guard = shown && new EndpointGuard(path, shown.token);
  const marks = new ParameterMarks();
  const backend = open(new ServerMessages(new ServerView(governance), marks));
  const gateway = new HttpGateway(governance, backend, marks);
  let endpoint: Endpoint | undefined;
  try {
    endpoint = await openEndpoint(
      { ...(options.listen ?? FREE_PORT), allowed, insecureHttp, path, guard },
      (request, response) => gateway.take(request, response),
    );
    options.onListening?.(endpoint.url, shown?.file);
    return await work(endpoint.agentUrl);
  } finally {
    await gateway.end();
    await endpoint?.close();
    await backend.close();
  }
}

/** What callers show. Where only the agent is to call there is none: it has a path of its own. */
async function tokenFor(
  { upstream, command, listen }: McpHttpOptions,
  { token, folder }: CallerProof,
  { identity }: McpServer,
): Promise<Partial<KeptToken>> {
  if (token !== undefined) return { token };
  const forAgentAlone = upstream !== undefined && command.length > 0 && listen === undefined;
  return forAgentAlone ? {} : keptToken(folder, identity.digest);
}

/** A remote server as pins and policies know it. Its query may hold a key, so it only counts in the digest. */
function remoteServer(url: URL): McpServer {
  const digest = createHash('sha256').update(url.href).digest('hex');
  const place = `${url.host}${url.pathname}`;
  return {
    identity: { name: place.slice(0, 80), digest },
    program: undefined,
    metadata: { mcp_host: url.host, mcp_server_url: `${url.origin}${url.pathname}` },
  };
}
