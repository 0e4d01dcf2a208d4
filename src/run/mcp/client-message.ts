import { isUtf8 } from 'node:buffer';
import { toolCallIdIn } from '../../sdk/tool-call-id.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { traitsOfRequest, type ClientTraits } from './client-traits.js';
import { VERSION_KEY } from './revisions.js';
import { scanMessage, type ScannedMessage, type Span } from './json-scan.js';
import { INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR } from './error-codes.js';

const CARRIAGE_RETURN = 0x0d;

/** A `tools/call` as it stands in its line. Ids and tokens are kept as their original bytes. */
export interface ToolCallMessage {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly args: JsonObject | undefined;
  readonly argsSpan: Span | undefined;
  readonly paramsSpan: Span;
  readonly progressToken: string | undefined;
  /** Name the agent gives the call on its other surfaces, when it tells. */
  readonly toolCallId: string | undefined;
  /** The request carries its protocol version, so the reply needs a result type. */
  readonly modern: boolean;
  /** What the client of such a request said of itself in it. */
  readonly client: ClientTraits | undefined;
  /** It asks to be answered with a task handle (2025-11-25). */
  readonly asksForTask: boolean;
  /** What the client brings back when it repeats a call for which it was asked something. */
  readonly requestState: string | undefined;
  readonly inputResponses: JsonObject | undefined;
}

/** What is kept of a call until it is answered: never its arguments. */
export type OpenCall = Pick<ToolCallMessage, 'id' | 'name' | 'modern'>;

/** The client's answer to a request that came to it. */
interface ClientReply {
  readonly key: string;
  /** Undefined when it answered with an error. */
  readonly result: unknown;
}

export type ClientMessage =
  | ToolCallMessage
  | {
      readonly kind: 'request';
      readonly id: string;
      readonly key: string;
      readonly method: string;
      readonly params: JsonObject | undefined;
    }
  | { readonly kind: 'cancelled'; readonly key: string }
  | { readonly kind: 'other'; readonly reply?: ClientReply }
  | { readonly kind: 'refused'; readonly id: string; readonly code: number; readonly message: string };

/**
 * Says what one line of the client is, parsing it once. Whatever a server could read differently from us is
 * refused, because the policy would judge another call than the one that runs.
 */
export function classifyClientLine(line: Buffer): ClientMessage {
  if (isBlank(line)) return { kind: 'other' };
  // Valid JSON has a raw carriage return only between tokens, and some readers end a line there: a message
  // could hide inside another one.
  if (hasInnerCarriageReturn(line))
    return refused(PARSE_ERROR, 'a carriage return stands inside the message');
  return classifyClientMessage(line);
}

/** The same for a message that something else than its line end frames. */
export function classifyClientMessage(line: Buffer): ClientMessage {
  if (!isUtf8(line)) return refused(PARSE_ERROR, 'the message is not valid UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.toString('utf8'));
  } catch {
    return refused(PARSE_ERROR, 'the message is not valid JSON');
  }
  if (Array.isArray(parsed)) return refused(INVALID_REQUEST, 'JSON-RPC batches are not accepted');
  const scanned = isJsonObject(parsed) ? scanMessage(line) : undefined;
  if (!isJsonObject(parsed) || scanned === undefined) {
    return refused(INVALID_REQUEST, 'the message is not a JSON object');
  }
  if (scanned.ambiguousTop) {
    return refused(INVALID_REQUEST, 'a member of the message is given twice or in another spelling');
  }
  return classifyObject(line, parsed, scanned);
}

function classifyObject(line: Buffer, message: JsonObject, scanned: ScannedMessage): ClientMessage {
  const method = message['method'];
  const id = requestId(line, message, scanned);
  if (method === undefined) {
    return id === undefined
      ? { kind: 'other' }
      : { kind: 'other', reply: { key: id.key, result: message['result'] } };
  }
  if (typeof method !== 'string') return refused(INVALID_REQUEST, 'the method is not a string', id?.raw);
  if (method === 'tools/call') return classifyCall(line, message, scanned, id);
  if (method === 'notifications/cancelled') {
    const params = message['params'];
    const span = scanned.spans.get('params.requestId');
    if (!isJsonObject(params) || span === undefined) return { kind: 'other' };
    return { kind: 'cancelled', key: idKey(rawText(line, span)) };
  }
  if (id === undefined) return { kind: 'other' };
  const { params } = message;
  return {
    kind: 'request',
    id: id.raw,
    key: id.key,
    method,
    params: isJsonObject(params) ? params : undefined,
  };
}

function classifyCall(
  line: Buffer,
  message: JsonObject,
  scanned: ScannedMessage,
  id: RequestId | undefined,
): ClientMessage {
  if (id === undefined) return refused(INVALID_REQUEST, 'tools/call needs an id');
  if (scanned.ambiguousBelow) {
    return refused(INVALID_REQUEST, 'a member of the call is given twice or in another spelling', id.raw);
  }
  const params = message['params'];
  const paramsSpan = scanned.spans.get('params');
  if (!isJsonObject(params) || paramsSpan === undefined) {
    return refused(INVALID_PARAMS, 'tools/call needs params', id.raw);
  }
  const name = params['name'];
  if (typeof name !== 'string' || name.trim() === '') {
    return refused(INVALID_PARAMS, 'tools/call needs the name of a tool', id.raw);
  }
  const args = params['arguments'];
  if (args !== undefined && args !== null && !isJsonObject(args)) {
    return refused(INVALID_PARAMS, 'the arguments of tools/call must be an object', id.raw);
  }
  const { _meta: meta, requestState, inputResponses } = params;
  const modern = isJsonObject(meta) && Object.hasOwn(meta, VERSION_KEY);
  const tokenSpan = scanned.spans.get('params._meta.progressToken');
  return {
    kind: 'tool-call',
    id: id.raw,
    key: id.key,
    name,
    args: args ?? undefined,
    argsSpan: scanned.spans.get('params.arguments'),
    paramsSpan,
    progressToken: tokenSpan === undefined ? undefined : rawText(line, tokenSpan),
    toolCallId: toolCallIdIn(meta),
    modern,
    client: modern ? traitsOfRequest(meta) : undefined,
    asksForTask: !modern && isJsonObject(params['task']),
    requestState: typeof requestState === 'string' ? requestState : undefined,
    inputResponses: isJsonObject(inputResponses) ? inputResponses : undefined,
  };
}

interface RequestId {
  readonly raw: string;
  readonly key: string;
}

function requestId(line: Buffer, message: JsonObject, scanned: ScannedMessage): RequestId | undefined {
  const value = message['id'];
  const span = scanned.spans.get('id');
  if (span === undefined || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const raw = rawText(line, span);
  return { raw, key: idKey(raw) };
}

/**
 * What the spellings of one id have in common: a server may answer `1.0` as `1`. Beyond 2^53 numbers compare by their
 * text, or two ids would become one.
 */
export function idKey(raw: string): string {
  const value = parsedId(raw);
  if (typeof value === 'string') return `s:${value}`;
  const exact = typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return `n:${exact ? value : raw}`;
}

function parsedId(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function rawText(line: Buffer, span: Span): string {
  return line.toString('utf8', span.start, span.end);
}

function refused(code: number, message: string, id = 'null'): ClientMessage {
  return { kind: 'refused', id, code, message };
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x0a || byte === CARRIAGE_RETURN || byte === 0x20 || byte === 0x09);
}

function hasInnerCarriageReturn(line: Buffer): boolean {
  const first = line.indexOf(CARRIAGE_RETURN);
  return first !== -1 && first < line.length - 2;
}
