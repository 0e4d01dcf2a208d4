import { ThothctlError } from '../errors/index.js';

/** One server-sent event; `id` is the last id seen, as the format says. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** Above any row of this API; a line without end must not fill memory. */
const LONGEST_EVENT = 8 * 1024 * 1024;

/** Incremental reader of `text/event-stream`: give it bytes, get the events they complete. */
export class SseReader {
  readonly #decoder = new TextDecoder('utf-8');
  #rest = '';
  #event = '';
  #data: string[] = [];
  #size = 0;
  #id = '';

  /** @throws ThothctlError `event_too_long` for an event beyond 8 MiB. */
  push(chunk: Uint8Array): SseEvent[] {
    this.#rest += this.#decoder.decode(chunk, { stream: true });
    const events: SseEvent[] = [];
    // A lone CR at the end may be the first half of CRLF, so it waits for the next chunk.
    const lines = this.#rest.split(/\r\n|\n|\r(?=[\s\S])/);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length + this.#size > LONGEST_EVENT) throw eventTooLong();
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #line(line: string): SseEvent | undefined {
    if (line === '') return this.#dispatch();
    const [, field = line, value = ''] = /^([^:]*):? ?([\s\S]*)$/.exec(line) ?? [];
    switch (field) {
      case 'event':
        this.#event = value;
        break;
      case 'data':
        this.#data.push(value);
        this.#size += value.length;
        break;
      case 'id':
        if (!value.includes('\0')) this.#id = value;
        break;
      default:
      // Comments and fields this API does not use.
    }
    return undefined;
  }

  #dispatch(): SseEvent | undefined {
    const event = {
      event: this.#event === '' ? 'message' : this.#event,
      data: this.#data.join('\n'),
      id: this.#id,
    };
    const empty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    this.#size = 0;
    return empty ? undefined : event;
  }
}

function eventTooLong(): ThothctlError {
  return new ThothctlError({
    code: 'event_too_long',
    message: 'The server sent an event beyond 8 MiB.',
    exit: 'unexpected',
  });
}
