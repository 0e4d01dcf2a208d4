import type { OperationEntry } from '../contract/index.js';
import { describeIssues, type OperationSchemas, type Schema } from '../contract/validators.js';
import { ThothctlError } from '../errors/index.js';
import { isHtml } from './failure.js';
import type { HttpReply } from './transport.js';

interface Shape {
  readonly path: object;
  readonly query: object;
  readonly body: unknown;
  readonly output: unknown;
  readonly row: unknown;
}

/** Builds the validators of a success before it arrives. */
export function prepareReplyCheck<T extends Shape>({ responses }: OperationSchemas<T>): void {
  for (const build of Object.values(responses)) build();
}

/** Refuses a request the contract does not allow before it is sent. @throws ThothctlError `invalid_request`. */
export function narrowInput<T extends Shape>(
  id: string,
  schemas: OperationSchemas<T>,
  input: { readonly path?: object; readonly query?: object; readonly body?: unknown },
): void {
  check(id, 'path', schemas.path(), { ...input.path });
  check(id, 'query', schemas.query(), withoutBlanks({ ...input.query }));
  // Triggers take an empty object; a body that may be left out is sent as one.
  if (schemas.request !== undefined) check(id, 'body', schemas.request(), input.body ?? {});
}

function withoutBlanks(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined && value !== '' && value !== null),
  );
}

function check(id: string, part: string, schema: Schema<unknown>, value: unknown): void {
  const result = schema.safeParse(value);
  if (result.success) return;
  const issues = describeIssues(result.error);
  const first = issues[0];
  throw new ThothctlError({
    code: 'invalid_request',
    message: `${first === undefined || first.path === '' ? `The ${part} of ${id}` : first.path}: ${first?.message ?? 'is not valid'}.`,
    exit: 'usage',
    fix: 'Nothing was sent. Correct the value; `--help` shows the flag it comes from.',
    details: { operation: id, part, issues },
  });
}

/** The body of a success as the contract names it; members it does not name pass through. */
export function narrowOutput<T extends Shape>(
  entry: OperationEntry,
  schemas: OperationSchemas<T>,
  reply: HttpReply,
): T['output'] {
  const declared = schemas.responses[reply.status] ?? schemas.responses[entry.success[0] ?? 200];
  if (declared === undefined) return undefined;
  const result = declared().safeParse(envelope(entry, bodyOf(reply)));
  if (result.success) return result.data;
  const issues = describeIssues(result.error).slice(0, 5);
  const first = issues[0];
  throw unexpectedReply(
    reply,
    first === undefined
      ? 'does not fit the contract'
      : `${first.path === '' ? 'the body' : first.path} ${first.message}`,
    { issues },
  );
}

/** An empty success and the bare array some servers send are brought into the contract's shape. */
function envelope(entry: OperationEntry, body: unknown): unknown {
  if (body === undefined) return entry.method === 'DELETE' ? { deleted: true } : {};
  if (entry.bareArrayMember !== undefined && Array.isArray(body)) return { [entry.bareArrayMember]: body };
  return body;
}

/** The JSON of a reply; undefined for an empty one. @throws ThothctlError `unexpected_reply`. */
function bodyOf(reply: HttpReply): unknown {
  if (reply.text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(reply.text);
    return value;
  } catch {
    throw unexpectedReply(reply, isHtml(reply) ? 'is a web page, not JSON' : 'is not JSON');
  }
}

/** Files the contract serves as text. */
const FILE_TYPE = /^(?:text\/csv|application\/pdf)\b/iu;

/** As `bodyOf`; a file is its text. */
export function fileOrBodyOf(reply: HttpReply): unknown {
  return FILE_TYPE.test(reply.headers['content-type'] ?? '') ? reply.text : bodyOf(reply);
}

function unexpectedReply(
  reply: HttpReply,
  what: string,
  details: Readonly<Record<string, unknown>> = {},
): ThothctlError {
  return new ThothctlError({
    code: 'unexpected_reply',
    message: `The server's reply cannot be used: ${what}.`,
    exit: 'unexpected',
    fix: 'Check that the address is that of a control plane (`thothctl config explain`); otherwise report this with --debug.',
    ...(reply.headers['x-request-id'] === undefined ? {} : { requestId: reply.headers['x-request-id'] }),
    details: { status: reply.status, ...details },
  });
}
