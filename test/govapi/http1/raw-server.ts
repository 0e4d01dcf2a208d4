import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A server that answers with the very bytes a test wants. */
export class RawServer {
  /** Connections so far. */
  connections = 0;
  /** All that came, in order. */
  received = '';

  private constructor(
    private readonly server: Server,
    readonly url: URL,
    private readonly open: Set<Socket>,
  ) {}

  /** @param answer is called for every chunk that comes. */
  static async start(answer: (socket: Socket, text: string) => void): Promise<RawServer> {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      raw.connections += 1;
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
      socket.on('data', (chunk) => {
        const text = chunk.toString('latin1');
        raw.received += text;
        answer(socket, text);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const raw = new RawServer(server, new URL(`http://127.0.0.1:${port}/a?b=c`), open);
    return raw;
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
