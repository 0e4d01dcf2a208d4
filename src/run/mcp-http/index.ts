import { createHash } from 'node:crypto';
import { usageError } from '../../errors/index.js';
import { runChild } from '../child/run-child.js';
import type { ExitStatus } from '../exit-status.js';
import { governedRun, type GovernedRun, type RunResult } from '../governed-run.js';
import type { McpServer } from '../mcp/governance.js';
import { openEndpoint, type Endpoint } from './endpoint.js';
import type { McpHttpOptions } from './options.js';
import { RemoteFront } from './remote-front.js';
import { stopSignal } from './stop-signal.js';
import { serverUrl, Upstream, type UpstreamOptions } from './upstream.js';

export { summaryText } from '../account/summary-text.js';
export { type McpHttpOptions } from './options.js';

const FREE_PORT = { host: '127.0.0.1', port: 0 };

/**
 * Runs with MCP over HTTP as the surface that is governed. With a remote server and a command, the command is the agent
 * and finds the endpoint's address in THOTH_MCP_URL; the run ends with it. Without a command it ends with a signal.
 */
export async function runMcpHttp(options: McpHttpOptions): Promise<RunResult> {
  const { upstream, insecureHttp } = options;
  if (upstream === undefined) {
    throw usageError('There is no MCP server to stand before.', 'Give its URL with --mcp-http.');
  }
  const url = serverUrl(upstream.url, insecureHttp);
  return governedRun(options, remoteServer(url), (run) =>
    frontRemote(options, { ...upstream, insecureHttp }, run),
  );
}

async function frontRemote(
  options: McpHttpOptions,
  remote: UpstreamOptions,
  run: GovernedRun,
): Promise<ExitStatus> {
  const { allowed, insecureHttp } = options;
  const upstream = await Upstream.open(remote);
  const front = new RemoteFront(run.governance, upstream);
  let endpoint: Endpoint | undefined;
  try {
    endpoint = await openEndpoint(
      { ...(options.listen ?? FREE_PORT), allowed, insecureHttp, path: upstream.url.pathname },
      (request, response) => front.take(request, response),
    );
    options.onListening?.(endpoint.url);
    const [program, ...args] = options.command;
    return program === undefined
      ? await stopSignal()
      : await runChild(options, [program, ...args], run, endpoint.url);
  } finally {
    await front.end();
    await endpoint?.close();
    await upstream.close();
  }
}

/** A remote server as pins and policies know it. Its query may hold a key, so it only counts in the digest. */
function remoteServer(url: URL): McpServer {
  const digest = createHash('sha256').update(url.href).digest('hex');
  const place = `${url.host}${url.pathname}`;
  return {
    identity: { name: place.slice(0, 80), digest },
    program: undefined,
    metadata: { mcp_server_url: `${url.origin}${url.pathname}` },
  };
}
