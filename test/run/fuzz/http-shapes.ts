import fc from 'fast-check';
import { deflateSync, gzipSync } from 'node:zlib';
import { dice } from './wires.js';

/** One request as its bytes. */
export interface RawRequest {
  readonly bytes: Buffer;
  /** The message in it must not be taken, however harmless it is. */
  readonly refused: boolean;
  /** It ends too early: the client has to hang up. */
  readonly unfinished: boolean;
}

type Shape = (body: Buffer, host: string, seed: number) => RawRequest;

function request(headers: readonly string[], body: Buffer, host: string): Buffer {
  const head = [
    'POST /mcp HTTP/1.1',
    `Host: ${host}`,
    'Accept: application/json, text/event-stream',
    'Connection: close',
  ];
  return Buffer.concat([Buffer.from([...head, ...headers, '', ''].join('\r\n')), body]);
}

const json = 'Content-Type: application/json';
const length = (body: Buffer): string => `Content-Length: ${body.length}`;

function chunked(body: Buffer, seed: number, end = '0\r\n\r\n'): Buffer {
  const roll = dice(seed);
  const parts: Buffer[] = [];
  for (let from = 0; from < body.length;) {
    const part = body.subarray(from, from + 1 + Math.floor(roll() * 60));
    const extension = roll() < 0.2 ? ';a="b"' : '';
    parts.push(Buffer.from(`${part.length.toString(16)}${extension}\r\n`), part, Buffer.from('\r\n'));
    from += part.length;
  }
  return Buffer.concat([...parts, Buffer.from(end)]);
}

const taken = (bytes: Buffer): RawRequest => ({ bytes, refused: false, unfinished: false });
const refused = (bytes: Buffer): RawRequest => ({ bytes, refused: true, unfinished: false });
const unfinished = (bytes: Buffer): RawRequest => ({ bytes, refused: true, unfinished: true });

const ORDINARY: readonly Shape[] = [
  (body, host) => taken(request([json, length(body)], body, host)),
  (body, host) =>
    taken(request(['content-type: Application/JSON; charset="UTF-8"', length(body)], body, host)),
  (body, host, seed) => taken(request([json, 'Transfer-Encoding: chunked'], chunked(body, seed), host)),
  (body, host, seed) =>
    taken(
      request([json, 'transfer-encoding: Chunked'], chunked(body, seed, '0\r\nTrailer: x\r\n\r\n'), host),
    ),
  (body, host) =>
    taken(
      request([json, length(body), 'Content-Encoding: identity', 'X-Http-Method-Override: GET'], body, host),
    ),
];

/** What another reader might take for another body. */
const HOSTILE: readonly Shape[] = [
  (body, host) => refused(request([json, length(body), length(Buffer.alloc(3))], body, host)),
  (body, host, seed) =>
    refused(request([json, length(body), 'Transfer-Encoding: chunked'], chunked(body, seed), host)),
  (body, host, seed) =>
    refused(request([json, 'Transfer-Encoding: chunked, identity'], chunked(body, seed), host)),
  (body, host, seed) =>
    refused(request([json, 'Transfer-Encoding: xchunked', length(body)], chunked(body, seed), host)),
  (body, host, seed) =>
    refused(request([json, 'Transfer-Encoding:\x0bchunked', length(body)], chunked(body, seed), host)),
  (body, host) => refused(request([json, `Content-Length: +${body.length}`], body, host)),
  (body, host) => refused(request([json, `Content-Length: 0x${body.length.toString(16)}`], body, host)),
  (body, host) => refused(request([json, `Content-Length : ${body.length}`], body, host)),
  (body, host) => refused(request([json, length(body), 'Content-Encoding: gzip'], body, host)),
  (body, host) => encoded('gzip', gzipSync(body), host),
  (body, host) => encoded('deflate', deflateSync(body), host),
  (body, host) => encoded('identity, gzip', gzipSync(body), host),
  (body, host) => typed('text/plain', body, host),
  (body, host) => typed('application/x-www-form-urlencoded', body, host),
  (body, host) => typed('application/json5', body, host),
  (body, host) => typed('application/json; charset=utf-7', body, host),
  (body, host) => typed('application/json; charset=utf-8; charset=utf-7', body, host),
  (body, host) => typed('application/json; x="charset=utf-8"; charset=utf-7', body, host),
  (body, host) =>
    typed('application/json; charset=utf-16le', Buffer.from(body.toString('utf8'), 'utf16le'), host),
  (body, host) => typed('application/json', Buffer.from(body.toString('utf8'), 'utf16le'), host),
  (body, host) => typed('application/json', Buffer.concat([Buffer.from('\ufeff'), body]), host),
  (body, host) => refused(request([json, length(body), 'Mcp-Method: ping/pong'], body, host)),
  (body, host) =>
    refused(request([json, length(body), 'Mcp-Method: tools/call', 'Mcp-Method: ping'], body, host)),
  (body, host) => refused(request([json, length(body), 'Origin: https://attacker.example'], body, host)),
  (body) => refused(request([json, length(body)], body, 'attacker.example')),
  (body, host) => unfinished(request([json, `Content-Length: ${body.length + 40}`], body, host)),
  (body, host, seed) =>
    unfinished(request([json, 'Transfer-Encoding: chunked'], chunked(body, seed, ''), host)),
  (body, host, seed) =>
    refused(request([json, 'Transfer-Encoding: chunked'], chunked(body, seed, 'zz\r\n\r\n'), host)),
];

function encoded(how: string, body: Buffer, host: string): RawRequest {
  return refused(request([json, length(body), `Content-Encoding: ${how}`], body, host));
}

function typed(type: string, body: Buffer, host: string): RawRequest {
  return refused(request([`Content-Type: ${type}`, length(body)], body, host));
}

/** Ways to put a message into a request of HTTP: most as they should be, the others as they must not. */
export const shape: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ORDINARY) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
);
