import { DeliveryFailure } from './destination.js';
import { sendOutbound } from './outbound-request.js';
import { signatureHeaders } from './signature.js';

export interface WebhookEvent {
  readonly event_id: string;
  readonly type: string;
  readonly tenant_id: string;
  readonly occurred_at: string;
  readonly [member: string]: unknown;
}

export interface DeliveryOutcome {
  readonly status: 'delivered' | 'failed';
  /** Status of the receiver, null when there was no answer. */
  readonly http_status: number | null;
  readonly error: string | null;
}

const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 64 * 1024;

/** Delivers one event, signed; only a 2xx of the receiver counts. Never rejects for what the receiver does. */
export async function deliverWebhook(
  event: WebhookEvent,
  target: { readonly url: string; readonly secret: string | undefined },
  options: { readonly allowPrivate: boolean; readonly now: number },
): Promise<DeliveryOutcome> {
  const body = JSON.stringify(event);
  try {
    const reply = await sendOutbound(
      {
        method: 'POST',
        url: target.url,
        body,
        headers: {
          'content-type': 'application/json',
          'x-thoth-event-id': event.event_id,
          'x-thoth-event-type': event.type,
          ...signatureHeaders(target.secret, body, options.now),
        },
      },
      { allowPrivate: options.allowPrivate, timeoutMs: TIMEOUT_MS, maxReplyBytes: MAX_REPLY_BYTES },
    );
    if (reply.status >= 200 && reply.status < 300) {
      return { status: 'delivered', http_status: reply.status, error: null };
    }
    const redirect = reply.status >= 300 && reply.status < 400 ? '; redirects are not followed' : '';
    return {
      status: 'failed',
      http_status: reply.status,
      error: `the receiver answered ${reply.status}${redirect}`,
    };
  } catch (error) {
    if (!(error instanceof DeliveryFailure)) throw error;
    return { status: 'failed', http_status: null, error: error.message };
  }
}
