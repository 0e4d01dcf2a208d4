import type { Readable } from 'node:stream';
import { answeredKey } from '../mcp/server-replies.js';
import { answerLost, type Asked } from './backend.js';
import type { ClientReply } from './client-reply.js';
import { EventFramer, withData } from './event-stream.js';
import { responseHeaders } from './forwarded-headers.js';
import type { ServerMessages } from './server-messages.js';
import type { UpstreamResponse } from './upstream.js';

/** Largest body that is not a stream; it is kept until it is whole, because only then it can be judged. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Passes the server's response on to the client, as its original bytes unless a message of it has to change. */
export async function passOn(
  response: UpstreamResponse,
  reply: ClientReply,
  messages: ServerMessages,
  asked: Asked,
): Promise<void> {
  const { status, headers, body } = response;
  const type = headers['content-type']?.toLowerCase() ?? '';
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (status >= 300 && status < 400 && status !== 304) {
    // The client would follow it around us.
    return fail(`answered with a redirect (${status}), which is not followed`, body, reply, asked);
  }
  if (encoding !== 'identity') {
    return fail('encoded its answer, which cannot be judged then', body, reply, asked);
  }
  if (type.includes('text/event-stream') && status < 300) await passEvents(response, reply, messages, asked);
  else await passBody(response, reply, messages, asked);
}

function fail(why: string, body: Readable, reply: ClientReply, asked: Asked): void {
  body.on('error', () => undefined).destroy();
  asked.running?.ended({ outcome: 'error', errorName: 'BadResponse' });
  answerLost(why, reply, asked);
}

async function passEvents(
  { headers, body }: UpstreamResponse,
  reply: ClientReply,
  messages: ServerMessages,
  { key, running, lost }: Asked,
): Promise<void> {
  const framer = new EventFramer();
  let answered = key === undefined;
  let resumable = false;
  reply.openStream(responseHeaders(headers));
  try {
    for await (const chunk of body) {
      const events = Buffer.isBuffer(chunk) ? framer.push(chunk) : undefined;
      if (events === undefined) break;
      for (const event of events) {
        resumable ||= event.id !== undefined;
        const { data } = event;
        if (data === undefined || data.length === 0) {
          await reply.write(event.bytes);
          continue;
        }
        const { view, scanned } = messages.judge(data);
        await reply.write(view === data ? event.bytes : withData(event, view));
        if (answered || scanned === undefined || answeredKey(data, scanned) !== key) continue;
        answered = true;
        running?.answered(data, scanned);
      }
    }
  } catch {
    if (answered || resumable) reply.breakOff();
  }
  body.on('error', () => undefined).destroy();
  if (!answered) running?.ended({ outcome: 'partial' });
  // A client that knows no event to resume from would wait for ever.
  const text = answered || resumable ? undefined : lost('ended its answer too early');
  if (text === undefined) reply.end();
  else reply.answer(text);
}

async function passBody(
  { status, headers, body }: UpstreamResponse,
  reply: ClientReply,
  messages: ServerMessages,
  asked: Asked,
): Promise<void> {
  const whole = await wholeBody(body);
  if (whole === undefined) return fail('broke off, or its answer is too long', body, reply, asked);
  const { view, scanned } = messages.judge(whole);
  const answers =
    scanned !== undefined && asked.key !== undefined && answeredKey(whole, scanned) === asked.key;
  if (answers) asked.running?.answered(whole, scanned);
  else asked.running?.ended({ outcome: 'error', errorName: 'BadResponse' });
  const text = reply.streaming && !answers ? asked.lost(`answered with status ${status}`) : undefined;
  if (whole.length === 0 && !reply.streaming) reply.status(status, responseHeaders(headers));
  else reply.answer(text ?? view, status, responseHeaders(headers));
}

async function wholeBody(body: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) return undefined;
      size += chunk.length;
      if (size > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks, size);
}
