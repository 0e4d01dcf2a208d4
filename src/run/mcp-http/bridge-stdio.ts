import type { ExitStatus } from '../exit-status.js';
import type { Governance } from '../mcp/governance.js';
import { ByteSink } from '../mcp-stdio/byte-sink.js';
import { McpGateway } from '../mcp-stdio/gateway.js';
import type { RelayStreams } from '../mcp-stdio/relay.js';
import { RemotePeer } from './remote-peer.js';
import type { Upstream } from './upstream.js';

/** Serves a client on our stdio with a remote server; ends with the client, or with a signal. */
export async function bridgeStdio(
  governance: Governance,
  upstream: Upstream,
  { stdin, stdout }: RelayStreams,
  stopped: Promise<ExitStatus>,
): Promise<ExitStatus> {
  const waiting: (() => void)[] = [];
  const resume = (): void => {
    for (const wake of waiting.splice(0)) wake();
    if (!gateway.congested) stdin.resume();
  };
  let peerEnded: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    peerEnded = resolve;
  });
  const client = new ByteSink(stdout, resume, () => stdin.destroy());
  const peer = new RemotePeer(
    upstream,
    {
      write: (line) => gateway.fromServer(line),
      room: () => (client.full ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
    },
    resume,
    () => peerEnded(),
  );
  const gateway = new McpGateway(governance, peer, client, resume);
  stdin.on('data', (chunk: Buffer) => {
    gateway.fromClient(chunk);
    if (gateway.congested) stdin.pause();
  });
  let left = false;
  const clientEnded = (): void => {
    if (!left) void gateway.clientEnded();
    left = true;
  };
  // Not every kind of file tells both.
  stdin.once('end', clientEnded).once('close', clientEnded);
  stdin.once('error', () => undefined);
  const status = await Promise.race([ended.then(() => ({ code: 0 })), stopped]);
  stdin.destroy();
  await peer.close();
  gateway.serverEnded('was left');
  await gateway.quiet();
  await client.flushed();
  return status;
}
