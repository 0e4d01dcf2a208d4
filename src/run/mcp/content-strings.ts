import { stringEnd } from './json-scan.js';

/** A string value with its place, quotes included. */
export interface ContentString {
  readonly start: number;
  readonly end: number;
  /** Decoded. */
  readonly text: string;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** The parts of a message that people and models read. */
const CONTENT = new Set(['result', 'error', 'params']);
/** Members directly below them that only the protocol reads: they must come back as they were sent. */
const OPAQUE = new Set([
  '_meta',
  'requestId',
  'progressToken',
  'nextCursor',
  'requestState',
  'resultType',
  'taskId',
  'task',
]);

/** Every string value of a line of JSON that is content and not protocol; names of members are not values. */
export function* contentStrings(line: Buffer): Generator<ContentString> {
  const objects: boolean[] = [];
  let keyNext = false;
  let part = '';
  let member = '';
  for (let at = 0; at < line.length; at += 1) {
    switch (line[at]) {
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        objects.push(line[at] === OPEN_OBJECT);
        keyNext = line[at] === OPEN_OBJECT;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        objects.pop();
        keyNext = false;
        break;
      case COLON:
        keyNext = false;
        break;
      case COMMA:
        keyNext = objects.at(-1) === true;
        break;
      case QUOTE: {
        const end = stringEnd(line, at);
        if (end === -1) return;
        const named = keyNext && objects.length <= 2;
        const content = !keyNext && CONTENT.has(part) && !(objects.length >= 2 && OPAQUE.has(member));
        if (named || content) {
          const text = decoded(line, at, end);
          if (text === undefined) return;
          if (content) yield { start: at, end, text };
          else if (objects.length === 1) part = text;
          else member = text;
        }
        at = end - 1;
        break;
      }
    }
  }
}

function decoded(line: Buffer, start: number, end: number): string | undefined {
  const text = line.toString('utf8', start + 1, end - 1);
  if (!text.includes('\\')) return text;
  try {
    const value: unknown = JSON.parse(`"${text}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
