import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { RawRequest } from './http-shapes.js';
import { pieces } from './wires.js';

/** What came back on one connection. */
export interface RawResponse {
  /** Undefined when the connection ended without a response. */
  readonly status: number | undefined;
  readonly body: Buffer;
  /** Everything that the response promised has come. */
  readonly whole: boolean;
}

/** Sends bytes in random pieces on a connection of their own, and reads lazily until it ends. */
export async function rawExchange(
  port: number,
  { bytes, unfinished }: RawRequest,
  roll: () => number,
): Promise<RawResponse> {
  const socket = connect({ host: '127.0.0.1', port });
  const chunks: Buffer[] = [];
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (roll() > 0.3) return;
    socket.pause();
    setImmediate(() => socket.resume());
  });
  for await (const piece of pieces(bytes, roll)) {
    if (socket.destroyed || socket.writableEnded) break;
    if (!socket.write(piece)) await turn();
  }
  if (unfinished) socket.end();
  await closed;
  return parsed(Buffer.concat(chunks));
}

function parsed(bytes: Buffer): RawResponse {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return { status: undefined, body: bytes, whole: false };
  const head = bytes.toString('latin1', 0, end).toLowerCase();
  const status = Number(/^http\/1\.1 (\d{3})/.exec(head)?.[1]);
  const rest = bytes.subarray(end + 4);
  if (/^transfer-encoding: chunked$/m.test(head)) return { status, ...unchunked(rest) };
  const length = Number(/^content-length: (\d+)$/m.exec(head)?.[1] ?? 0);
  return { status, body: rest, whole: rest.length === length };
}

function unchunked(bytes: Buffer): Pick<RawResponse, 'body' | 'whole'> {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line === -1) return { body: Buffer.concat(parts), whole: false };
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (size === 0) return { body: Buffer.concat(parts), whole: true };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
