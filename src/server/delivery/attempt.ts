import { signatureHeaders } from '../../signing/index.js';
import type { Channel } from './channel.js';
import { DeliveryFailure } from './destination.js';
import type { DeliveryEvent } from './event-body.js';
import { sendOutbound } from './outbound-request.js';
import { retryAfter } from './retry-policy.js';
import { renderSiem, type Rendered } from './siem-format.js';

export interface Attempt {
  readonly channel: Channel;
  readonly event: DeliveryEvent;
  readonly deliveryId: string;
  /** From 1. */
  readonly number: number;
  readonly now: number;
  readonly allowPrivate: boolean;
  readonly signal?: AbortSignal;
}

export interface Outcome {
  readonly delivered: boolean;
  /** Status of the receiver, null when there was no answer. */
  readonly httpStatus: number | null;
  readonly error: string | null;
  /** The receiver said 410: it wants no more of this. */
  readonly gone: boolean;
  readonly retryAfterMs: number | undefined;
}

/** Read off the connection so that the receiver is not cut short, then forgotten: no tenant gets to see it. */
const MAX_REPLY_BYTES = 64 * 1024;

/**
 * Sends one event once; only a 2xx counts. Rejects for nothing a receiver does, except with `interrupted` when the
 * server stops, because such an attempt did not happen.
 */
export async function attemptDelivery(attempt: Attempt): Promise<Outcome> {
  const { channel, now } = attempt;
  try {
    const { body, headers } = render(attempt);
    const reply = await sendOutbound(
      { method: 'POST', url: channel.url, body, headers },
      {
        allowPrivate: attempt.allowPrivate,
        timeoutMs: channel.timeoutMs,
        maxReplyBytes: MAX_REPLY_BYTES,
        cutReply: true,
        ...(attempt.signal === undefined ? {} : { signal: attempt.signal }),
      },
    );
    const delivered = reply.status >= 200 && reply.status < 300;
    const redirect = reply.status >= 300 && reply.status < 400 ? '; redirects are not followed' : '';
    return {
      delivered,
      httpStatus: reply.status,
      error: delivered ? null : `the receiver answered ${reply.status}${redirect}`,
      gone: reply.status === 410,
      retryAfterMs: retryAfter(reply.headers['retry-after'], now),
    };
  } catch (error) {
    if (!(error instanceof DeliveryFailure) || error.code === 'interrupted') throw error;
    return {
      delivered: false,
      httpStatus: null,
      error: error.message,
      gone: false,
      retryAfterMs: undefined,
    };
  }
}

function render({ channel, event, deliveryId, number, now }: Attempt): Rendered {
  const { body, headers } =
    channel.name === 'siem'
      ? renderSiem(channel, event, now)
      : { body: JSON.stringify(event), headers: channel.name === 'pam' ? bearer(channel.authToken) : {} };
  // Its key is no text, and its own signature covers the body.
  const foreign = channel.name === 'siem' && channel.format === 'sentinel';
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-thoth-delivery-id': deliveryId,
      'x-thoth-event-id': event.event_id,
      'x-thoth-event-type': event.type,
      'x-thoth-attempt': String(number),
      ...(foreign ? {} : signatureHeaders(channel.secrets, body, now)),
      ...headers,
    },
  };
}

function bearer(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
