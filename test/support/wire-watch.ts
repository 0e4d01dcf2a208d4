import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { operationOf, requestBreaches } from './contract-watch.js';

interface Sent {
  readonly method: string;
  readonly path: string;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
}

/** A relay in front of a server that keeps what our clients send. */
export interface WireWatch {
  readonly url: string;
  readonly sent: readonly Sent[];
  /** Operations that were called, in order, each time they were. */
  operations(): readonly string[];
  /** Breaches of the contract in everything sent so far. */
  breaches(): Promise<string[]>;
  close(): void;
}

export async function watchWire(target: () => string): Promise<WireWatch> {
  const sent: Sent[] = [];
  const relay = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method = 'GET', url: path = '/', headers } = request;
      if (path !== '/healthz')
        sent.push({ method, path, body: body.length === 0 ? undefined : JSON.parse(body.toString()) });
      const onward = forward(new URL(path, target()), { method, headers }, (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      onward.end(body);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => relay.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    sent,
    operations: () =>
      sent.map(
        ({ method, path }) => operationOf(method, new URL(path, 'http://localhost').pathname)?.id ?? path,
      ),
    breaches: async () => (await Promise.all(sent.map(requestBreaches))).flat(),
    close: () => {
      relay.closeAllConnections();
      relay.close();
    },
  };
}
