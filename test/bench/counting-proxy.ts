import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes everything on to the target and counts what would change something. */
export interface CountingProxy {
  readonly url: string;
  total(): number;
  changing(): number;
  reset(): void;
  stop(): void;
}

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let total = 0;
  let changing = 0;
  const server = createServer((incoming, outgoing) => {
    total++;
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') changing++;
    const onward = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (reply) => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    total: () => total,
    changing: () => changing,
    reset: () => {
      total = 0;
      changing = 0;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
