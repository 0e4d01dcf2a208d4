import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to a request once it has arrived in full. */
export type Behaviour = (socket: Socket) => void;

/** A TCP server that can break HTTP in every way; event posts are always taken. */
export class RawEnforcer {
  checks = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(behaviour: Behaviour) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        for (let end = requestEnd(text); end !== undefined; end = requestEnd(text)) {
          const isCheck = text.startsWith('POST /v1/enforce ');
          text = text.slice(end);
          if (isCheck) {
            this.checks += 1;
            behaviour(socket);
          } else socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
        }
      });
    });
  }

  static async start(behaviour: Behaviour): Promise<RawEnforcer> {
    const enforcer = new RawEnforcer(behaviour);
    await new Promise<void>((resolve) => enforcer.#server.listen(0, '127.0.0.1', resolve));
    return enforcer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function requestEnd(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length >= end ? end : undefined;
}
