import type { Readable } from 'node:stream';
import { EventFramer, type StreamEvent } from './event-stream.js';
import { discard } from './upstream.js';

/** Reads a stream of events to its end. False when it broke off, or sent an event too long to be judged. */
export async function readEvents(
  body: Readable,
  take: (event: StreamEvent) => Promise<void>,
): Promise<boolean> {
  const framer = new EventFramer();
  try {
    for await (const chunk of body) {
      const events = Buffer.isBuffer(chunk) ? framer.push(chunk) : undefined;
      if (events === undefined) return false;
      for (const event of events) await take(event);
    }
    return true;
  } catch {
    return false;
  } finally {
    discard(body);
  }
}
