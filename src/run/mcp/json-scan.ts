/** Where a value stands in a line, as byte offsets; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ScannedMessage {
  /**
   * Values by path, down to three members: `id`, `params.arguments`, `params._meta.progressToken`. A name with a dot in it
   * counts only as the third, so that no member can pass for another.
   */
  readonly spans: ReadonlyMap<string, Span>;
  /** A top-level name occurs twice, or in a spelling that some JSON readers take for a protocol member. */
  readonly ambiguousTop: boolean;
  /** The same below the top level: any name twice in one object, `params` members in any spelling. */
  readonly ambiguousBelow: boolean;
  /** A member of the message or its result is spelled otherwise, so that some readers find in it what others do not. */
  readonly respelt: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const MAX_RECORDED_DEPTH = 3;
/** Path of everything below what is recorded. */
const UNRECORDED = '[]';

/** Members whose meaning decides what a message is; readers that ignore case would take any spelling of them. */
const PROTOCOL_MEMBERS = new Map<string, ReadonlyMap<string, string>>([
  ['', byFold('jsonrpc', 'id', 'method', 'params', 'result', 'error')],
  ['params', byFold('name', 'arguments', '_meta', 'task', 'requestId', 'requestState', 'inputResponses')],
  ['result', byFold('tools')],
]);

interface Frame {
  readonly object: boolean;
  readonly path: string;
  readonly depth: number;
  readonly keys: Set<string>;
  /** Protocol members of such an object by their fold, and the folds it has so far. */
  readonly protocol: ReadonlyMap<string, string> | undefined;
  readonly folded: Set<string>;
  start: number;
  key: string;
  /** The name just read is another spelling of a protocol member. */
  respelt: boolean;
  expectKey: boolean;
}

/** Of frames that keep no names. */
const NONE = new Set<string>();

/** The bytes of the value at a path, as text. */
export function rawAt(
  line: Buffer,
  { spans }: Pick<ScannedMessage, 'spans'>,
  path: string,
): string | undefined {
  const span = spans.get(path);
  return span && line.toString('utf8', span.start, span.end);
}

/**
 * Walks one line of valid JSON without building its values. `JSON.parse` keeps the last of two members of one
 * name, other readers the first: what the policy judges and what the server runs would differ, so the walk
 * reports every such doubt. Undefined when the line is not a JSON object.
 */
export function scanMessage(line: Buffer): ScannedMessage | undefined {
  const spans = new Map<string, Span>();
  const stack: Frame[] = [];
  let ambiguousTop = false;
  let ambiguousBelow = false;
  let respelt = false;
  let at = 0;
  const finishValue = (start: number, end: number): void => {
    const frame = stack.at(-1);
    if (frame === undefined || !frame.object || frame.path === UNRECORDED) return;
    if (frame.depth < MAX_RECORDED_DEPTH && !isPathPart(frame.key)) return;
    spans.set(frame.path === '' ? frame.key : `${frame.path}.${frame.key}`, { start, end });
  };
  while (at < line.length) {
    const byte = line[at];
    const frame = stack.at(-1);
    if (frame === undefined && byte !== OPEN_OBJECT && !isSpace(byte)) return undefined;
    switch (byte) {
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        stack.push(openFrame(frame, byte === OPEN_OBJECT, at));
        at += 1;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        stack.pop();
        at += 1;
        finishValue(frame?.start ?? 0, at);
        if (stack.length > 0) break;
        // Some readers go on behind the end, and would find another message there.
        return isBlank(line, at) ? { spans, ambiguousTop, ambiguousBelow, respelt } : undefined;
      case COMMA:
        if (frame?.object === true) frame.expectKey = true;
        at += 1;
        break;
      case QUOTE: {
        const end = stringEnd(line, at);
        if (end === -1) return undefined;
        if (frame?.object === true && frame.expectKey) {
          if (!takeKey(frame, line, at, end)) {
            if (frame.depth === 1) ambiguousTop = true;
            else ambiguousBelow = true;
          }
          respelt ||= frame.respelt && frame.path !== 'params';
        } else finishValue(at, end);
        at = end;
        break;
      }
      default: {
        if (isSpace(byte) || byte === COLON) {
          at += 1;
          break;
        }
        const start = at;
        while (at < line.length && !isDelimiter(line[at])) at += 1;
        finishValue(start, at);
      }
    }
  }
  return undefined;
}

/** The elements of an array whose span a scan has found; undefined when the span is no array. */
export function elementsOf(line: Buffer, array: Span): Span[] | undefined {
  if (line[array.start] !== OPEN_ARRAY) return undefined;
  const elements: Span[] = [];
  let depth = 0;
  let start = -1;
  let end = -1;
  for (let at = array.start; at < array.end; at += 1) {
    const byte = line[at];
    if (isSpace(byte)) continue;
    if (depth === 1 && (byte === COMMA || byte === CLOSE_ARRAY)) {
      if (start !== -1) elements.push({ start, end });
      start = -1;
      if (byte === CLOSE_ARRAY) break;
      continue;
    }
    if (depth === 1 && start === -1) start = at;
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth -= 1;
    else if (byte === QUOTE) {
      const close = stringEnd(line, at);
      if (close === -1) return undefined;
      at = close - 1;
    }
    end = at + 1;
  }
  return elements;
}

function openFrame(parent: Frame | undefined, object: boolean, start: number): Frame {
  const path = parent === undefined ? '' : pathBelow(parent);
  const protocol = object ? PROTOCOL_MEMBERS.get(path) : undefined;
  return {
    object,
    path,
    depth: (parent?.depth ?? 0) + 1,
    keys: object ? new Set() : NONE,
    protocol,
    folded: protocol === undefined ? NONE : new Set(),
    start,
    key: '',
    respelt: false,
    expectKey: object,
  };
}

/** Below the recorded depth, and inside arrays, paths are not needed and would only cost. */
function pathBelow({ object, path, depth, key }: Frame): string {
  if (!object || path === UNRECORDED || depth >= MAX_RECORDED_DEPTH || !isPathPart(key)) return UNRECORDED;
  return path === '' ? key : `${path}.${key}`;
}

/** A path must mean one place: with a dot or nothing for a name, another member could have it as well. */
function isPathPart(name: string): boolean {
  return name !== '' && !name.includes('.');
}

/** Enters a name into its object; false when it is there already or could be taken for another. */
function takeKey(frame: Frame, line: Buffer, start: number, end: number): boolean {
  const key = decodeString(line, start, end);
  frame.key = key;
  frame.expectKey = false;
  const fresh = !frame.keys.has(key);
  frame.keys.add(key);
  if (frame.protocol === undefined) return fresh;
  const folded = fold(key);
  const member = frame.protocol.get(folded);
  frame.respelt = member !== undefined && member !== key;
  // Merged into another object, this name would give it members that stand nowhere in the message.
  const inherits = key === '__proto__';
  const clear = fresh && !inherits && !frame.folded.has(folded) && !frame.respelt;
  frame.folded.add(folded);
  return clear;
}

function byFold(...members: readonly string[]): ReadonlyMap<string, string> {
  return new Map(members.map((member) => [fold(member), member]));
}

/** Case folding as the loosest common JSON readers do it: the long s and the Kelvin sign included. */
export function fold(key: string): string {
  return key.toLowerCase().toUpperCase();
}

function decodeString(line: Buffer, start: number, end: number): string {
  const text = line.toString('utf8', start + 1, end - 1);
  if (!text.includes('\\')) return text;
  try {
    const decoded: unknown = JSON.parse(`"${text}"`);
    return typeof decoded === 'string' ? decoded : text;
  } catch {
    return text;
  }
}

/** Offset after the closing quote of the string that opens at `start`, -1 when it does not close. */
export function stringEnd(line: Buffer, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = line.indexOf(QUOTE, from);
    if (quote === -1) return -1;
    let before = quote - 1;
    while (before > start && line[before] === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
    from = quote + 1;
  }
}

function isBlank(line: Buffer, from: number): boolean {
  for (let at = from; at < line.length; at += 1) if (!isSpace(line[at])) return false;
  return true;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDelimiter(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte === COLON || isSpace(byte);
}
