import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { errorCode, ThothctlError, usageError } from '../../errors/index.js';
import { OneShotTransport } from '../../govapi/one-shot.js';
import type { Row } from '../../output/port.js';
import { checkSignature, SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../signing/index.js';

interface ListenOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Undefined takes deliveries unverified. */
  readonly secret: string | undefined;
  /** Gets every delivery that is not wrongly signed, byte for byte; its answer is passed back. */
  readonly forwardTo: string | undefined;
  /** One row per delivery, in the order they were answered; the next is not answered before it settles. */
  readonly onDelivery: (row: Row) => Promise<void>;
  readonly signal: AbortSignal;
}

interface Listener {
  readonly url: string;
  /** Resolves when the signal has aborted and what was open is closed. */
  readonly stopped: Promise<void>;
}

const LARGEST_BODY = 1024 * 1024;
const FORWARD_TIMEOUT_MS = 8_000;
/** What belongs to this hop alone. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'transfer-encoding',
  'keep-alive',
  'content-length',
]);

/** A receiver on this machine, to try deliveries out: verifies, shows and, if asked, passes on. */
export async function startListener(options: ListenOptions): Promise<Listener> {
  const target = options.forwardTo === undefined ? undefined : forwardUrl(options.forwardTo);
  const transport = new OneShotTransport(undefined);
  let writing: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    void receive(request, response, options, target, transport)
      .then((row) => (writing = writing.then(() => options.onDelivery(row))))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(options, cause)));
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const stopped = new Promise<void>((resolve) => {
    const stop = (): void => {
      server.close(
        () =>
          void writing.then(
            () => resolve(),
            () => resolve(),
          ),
      );
      server.closeAllConnections();
      void transport.close();
    };
    if (options.signal.aborted) stop();
    else options.signal.addEventListener('abort', stop, { once: true });
  });
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, stopped };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  { secret }: ListenOptions,
  target: URL | undefined,
  transport: OneShotTransport,
): Promise<Row> {
  const body = await readBody(request);
  const { headers } = request;
  const finding =
    secret === undefined
      ? null
      : checkSignature(
          { timestamp: text(headers[TIMESTAMP_HEADER]), signature: text(headers[SIGNATURE_HEADER]), body },
          [secret],
          Date.now(),
        );
  const accepted = finding === null || finding === 'valid';
  const forwarded =
    accepted && target !== undefined ? await forward(request, body, target, transport) : undefined;
  const status = accepted ? (forwarded?.status ?? (forwarded === undefined ? 204 : 502)) : 401;
  response.writeHead(status).end();
  return {
    received_at: new Date().toISOString(),
    verified: finding === null ? null : finding === 'valid',
    finding,
    delivery_id: text(headers['x-thoth-delivery-id']) ?? null,
    event_id: text(headers['x-thoth-event-id']) ?? null,
    event_type: text(headers['x-thoth-event-type']) ?? null,
    attempt: Number(text(headers['x-thoth-attempt']) ?? 1),
    answered: status,
    ...(forwarded === undefined
      ? {}
      : { forwarded_status: forwarded.status, forward_error: forwarded.error }),
    body: parsed(body),
  };
}

async function forward(
  request: IncomingMessage,
  body: Buffer,
  url: URL,
  transport: OneShotTransport,
): Promise<{ readonly status: number | null; readonly error: string | null }> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' && !NOT_FORWARDED.has(name) ? [[name, value]] : [],
    ),
  );
  try {
    const reply = await transport.send({
      method: 'POST',
      url,
      headers,
      body: body.toString('utf8'),
      timeoutMs: FORWARD_TIMEOUT_MS,
      once: true,
    });
    return { status: reply.status, error: null };
  } catch (cause) {
    return { status: null, error: cause instanceof ThothctlError ? cause.message : 'the forward failed' };
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > LARGEST_BODY) throw usageError('a request holds more than 1 MiB');
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function parsed(body: Buffer): unknown {
  const raw = body.toString('utf8');
  try {
    const value: unknown = JSON.parse(raw);
    return value;
  } catch {
    return raw;
  }
}

function forwardUrl(given: string): URL {
  if (URL.canParse(given)) {
    const url = new URL(given);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  }
  throw usageError(`--forward-to ${JSON.stringify(given)} is not an http or https URL`);
}

function cannotListen({ host, port }: ListenOptions, cause: Error): ThothctlError {
  const code = errorCode(cause) ?? 'unknown cause';
  return new ThothctlError({
    code: 'cannot_listen',
    message: `cannot listen on ${host}:${port} (${code})`,
    exit: 'usage',
    fix: 'choose another port, or --port 0 for a free one',
    cause,
  });
}

function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
