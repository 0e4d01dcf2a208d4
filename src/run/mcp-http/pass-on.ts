import type { Readable } from 'node:stream';
import { answeredKey } from '../mcp/server-replies.js';
import { answerLost, type Asked } from './backend.js';
import type { Reply } from './client-reply.js';
import { withData } from './event-stream.js';
import { responseHeaders } from './forwarded-headers.js';
import { readEvents } from './read-events.js';
import type { ServerMessages } from './server-messages.js';
import { discard, isEncoded, isStream, type UpstreamResponse } from './upstream.js';
import { wholeBody } from './whole-body.js';

/** Passes the server's response on to the client, as its original bytes unless a message of it has to change. */
export async function passOn(
  response: UpstreamResponse,
  reply: Reply,
  messages: ServerMessages,
  asked: Asked,
): Promise<void> {
  const { status, body } = response;
  if (status >= 300 && status < 400 && status !== 304) {
    // The client would follow it around us.
    return fail(`answered with a redirect (${status}), which is not followed`, body, reply, asked);
  }
  if (isEncoded(response)) {
    return fail('encoded its answer, which cannot be judged then', body, reply, asked);
  }
  if (isStream(response)) await passEvents(response, reply, messages, asked);
  else await passBody(response, reply, messages, asked);
}

function fail(why: string, body: Readable, reply: Reply, asked: Asked): void {
  discard(body);
  answerLost(why, reply, asked, 'BadResponse');
}

async function passEvents(
  { headers, body }: UpstreamResponse,
  reply: Reply,
  messages: ServerMessages,
  { key, running, lost }: Asked,
): Promise<void> {
  let answered = key === undefined;
  let resumable = false;
  reply.openStream(responseHeaders(headers));
  const whole = await readEvents(body, async (event) => {
    resumable ||= event.id !== undefined;
    const { data } = event;
    if (data === undefined || data.length === 0) return reply.write(event.bytes);
    const { view, scanned } = messages.judge(data);
    await reply.write(view === data ? event.bytes : withData(event, view));
    if (answered || scanned === undefined || answeredKey(data, scanned) !== key) return;
    answered = true;
    running?.answered(data, scanned);
  });
  if (!whole && (answered || resumable)) reply.breakOff();
  if (!answered) running?.ended({ outcome: 'partial' });
  // A client that knows no event to resume from would wait for ever.
  const text = answered || resumable ? undefined : lost('ended its answer too early');
  if (text === undefined) reply.end();
  else reply.answer(text);
}

async function passBody(
  { status, headers, body }: UpstreamResponse,
  reply: Reply,
  messages: ServerMessages,
  asked: Asked,
): Promise<void> {
  const whole = await wholeBody(body);
  if (whole === undefined) return fail('broke off, or its answer is too long', body, reply, asked);
  const { view, scanned } = messages.judge(whole);
  if (scanned === undefined && asked.key !== undefined && status < 300)
    return fail('sent an answer that is not one message', body, reply, asked);
  const answers =
    scanned !== undefined && asked.key !== undefined && answeredKey(whole, scanned) === asked.key;
  if (answers) asked.running?.answered(whole, scanned);
  else asked.running?.ended({ outcome: 'error', errorName: 'BadResponse' });
  const text = reply.streaming && !answers ? asked.lost(`answered with status ${status}`) : undefined;
  if (whole.length === 0 && !reply.streaming) reply.status(status, responseHeaders(headers));
  else reply.answer(text ?? view, status, responseHeaders(headers));
}
