import {
  operationEntry,
  type OperationEntry,
  type OperationId,
  type OperationInput,
  type OperationOutput,
  type StreamId,
  type StreamRow,
} from '../contract/index.js';
import { loadSchemas } from '../contract/validators.js';
import { ThothctlError, usageError } from '../errors/index.js';
import { Connector, type Exchange, type GovApiOptions } from './connector.js';
import { failureOf } from './failure.js';
import { fileOrBodyOf, narrowInput, narrowOutput, prepareReplyCheck } from './narrow.js';
import { followStream, type StreamItem, type StreamOptions } from './streaming.js';
import type { HttpReply } from './transport.js';

export type { GovApiOptions } from './connector.js';
export type { TraceEvent } from './trace.js';

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

interface SentOptions extends CallOptions {
  /** Headers made from the exact body, for operations that are signed instead of authenticated. */
  readonly sign?: (body: string) => Readonly<Record<string, string>>;
}

interface RawOptions extends CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
}

interface RawReply extends Pick<HttpReply, 'status' | 'headers'> {
  /** Parsed, the text of a file, or undefined. */
  readonly body: unknown;
}

/** Typed client of one tenant on one control plane. Every method throws ThothctlError and nothing else. */
export interface GovApi {
  readonly tenantId: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Calls one operation; what goes out and what comes back is checked against the contract. */
  call<Id extends OperationId>(
    id: Id,
    input?: OperationInput<Id>,
    options?: SentOptions,
  ): Promise<OperationOutput<Id>>;
  /** Any path of the control plane, any status; only faults of the network throw. */
  raw(method: string, path: string, options?: RawOptions): Promise<RawReply>;
  /** Follows an event stream across interruptions; each row comes once, in commit order. */
  stream<Id extends StreamId>(id: Id, options?: StreamOptions): AsyncIterable<StreamItem<StreamRow<Id>>>;
  /** Whether the server offers the operations this project added to the contract. */
  extended(options?: CallOptions): Promise<boolean>;
  close(): Promise<void>;
}

export function createGovApi(options: GovApiOptions): GovApi {
  return new ContractClient(new Connector(options));
}

/** Whether there is anything in a request that the contract could object to. */
function saysAnything(
  entry: OperationEntry,
  input: { path?: object; query?: object; body?: unknown },
): boolean {
  return entry.pathParams.length > 0 || Object.keys(input.query ?? {}).length > 0 || entry.hasBody;
}

/** Validators of a reply, built while the request is on its way: the time would be spent waiting otherwise. */
async function replySchemas<Id extends OperationId>(id: Id): ReturnType<typeof loadSchemas<Id>> {
  await new Promise((resolve) => setImmediate(resolve));
  const schemas = await loadSchemas(id);
  prepareReplyCheck(schemas);
  return schemas;
}

/** The one documented move of an endpoint: servers may serve the backfill on the older path only. */
const OLDER_PATH: Partial<Record<OperationId, OperationId>> = {
  backfillGovernanceEvidence: 'backfillGovernanceEvidenceCompat',
};

class ContractClient implements GovApi {
  readonly #connector: Connector;
  #extended: Promise<boolean> | undefined;

  constructor(connector: Connector) {
    this.#connector = connector;
  }

  get tenantId(): string {
    return this.#connector.tenantId;
  }

  get baseUrl(): string {
    return this.#connector.baseUrl;
  }

  async call<Id extends OperationId>(
    id: Id,
    input: OperationInput<Id> = {},
    options: SentOptions = {},
  ): Promise<OperationOutput<Id>> {
    const entry = operationEntry(id);
    if (entry.stream === true)
      throw usageError(`${id} is a stream.`, 'Follow it with the verb `tail` or `watch`.');
    if (saysAnything(entry, input)) narrowInput(id, await loadSchemas(id), input);
    const exchange = { ...exchangeOf(id, input, options.signal), sign: options.sign };
    const sending = this.#connector.send(exchange);
    const [schemas, first] = await Promise.all([replySchemas(id), sending]);
    let reply = first;
    const older = OLDER_PATH[id];
    if (older !== undefined && isMissing(reply)) {
      reply = await this.#connector.send({ ...exchange, path: operationEntry(older).path });
    }
    if (reply.status < 200 || reply.status > 299) throw await this.#failure(id, reply, exchange);
    return narrowOutput(entry, schemas, reply);
  }

  async raw(method: string, path: string, options: RawOptions = {}): Promise<RawReply> {
    if (!path.startsWith('/') || path.startsWith('//'))
      throw usageError('The path must start with one slash.');
    const upper = method.toUpperCase();
    const [bare = '', ...query] = path.split('?');
    const reply = await this.#connector.send({
      method: upper,
      path: bare,
      query: { ...Object.fromEntries(new URLSearchParams(query.join('?'))), ...options.query },
      body: options.body,
      hasBody: options.body !== undefined,
      retryable: upper === 'GET' || upper === 'HEAD',
      open: false,
      signal: options.signal,
    });
    return { status: reply.status, headers: reply.headers, body: fileOrBodyOf(reply) };
  }

  stream<Id extends StreamId>(id: Id, options: StreamOptions = {}): AsyncIterable<StreamItem<StreamRow<Id>>> {
    return followStream(
      {
        open: (query) =>
          this.#connector.open({ ...exchangeOf(id, { query }, options.signal), accept: 'text/event-stream' }),
        row: async () => {
          const { row } = await loadSchemas(id);
          if (row === undefined) throw usageError(`${id} is not a stream.`);
          return row();
        },
        failure: (reply) => this.#failure(id, reply, { signal: options.signal }),
        origin: this.#connector.base.origin,
      },
      options,
    );
  }

  extended(options: CallOptions = {}): Promise<boolean> {
    this.#extended ??= this.#connector
      .send(exchangeOf('getServerInfo', {}, options.signal))
      .then((reply) => !isMissing(reply));
    // A failed question is asked again.
    this.#extended.catch(() => {
      this.#extended = undefined;
    });
    return this.#extended;
  }

  close(): Promise<void> {
    return this.#connector.close();
  }

  /** On an operation of ours, 404 may mean "no such object" or "no such route"; one more question tells. */
  async #failure(
    id: OperationId,
    reply: HttpReply,
    { pathValues, signal, sign }: Pick<Exchange, 'pathValues' | 'signal' | 'sign'>,
  ): Promise<ThothctlError> {
    const entry = operationEntry(id);
    if (entry.origin === 'design' && isMissing(reply)) {
      const routeMissing = entry.open === true || reply.status === 405 || !(await this.extended({ signal }));
      if (routeMissing) return unsupported(id, this.#connector.base.origin);
    }
    return failureOf(reply, {
      origin: this.#connector.base.origin,
      ids: Object.values(pathValues ?? {}).map(String),
      parameter: Object.keys(pathValues ?? {}).at(-1),
      signed: sign !== undefined,
    });
  }
}

function exchangeOf(
  id: OperationId,
  input: { readonly path?: object; readonly query?: object; readonly body?: unknown },
  signal: AbortSignal | undefined,
): Exchange {
  const entry = operationEntry(id);
  return {
    method: entry.method,
    path: entry.path,
    pathValues: { ...input.path },
    query: { ...input.query },
    body: input.body,
    hasBody: entry.hasBody,
    retryable: entry.retryable,
    open: entry.open === true,
    signal,
  };
}

function isMissing(reply: HttpReply): boolean {
  return reply.status === 404 || reply.status === 405;
}

function unsupported(id: OperationId, origin: string): ThothctlError {
  const { summary } = operationEntry(id);
  return new ThothctlError({
    code: 'not_supported_by_server',
    message: `${origin} does not offer this: ${summary.toLowerCase()} (${id}).`,
    exit: 'usage',
    fix: 'The local control plane (`thothctl server start`) does.',
    details: { operation: id },
  });
}
