import { createHmac } from 'node:crypto';
import { DeliveryFailure } from './destination.js';
import type { Channel } from './channel.js';
import type { DeliveryEvent } from './event-body.js';

type Siem = Channel & { readonly name: 'siem' };

export interface Rendered {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const APPROVAL_ACTIONS: Readonly<Record<string, string>> = {
  'approval.approved': 'APPROVE',
  'approval.denied': 'DENY',
  'approval.expired': 'EXPIRE',
  'approval.withdrawn': 'WITHDRAW',
  'approval.voted': 'VOTE',
};
/** Table of the workspace; Log Analytics appends `_CL`. */
const LOG_TYPE = 'ThothEvents';

/** One flat object: the members detection rules are written against come first and are always there. */
function siemEvent(event: DeliveryEvent, provider: string | null): Readonly<Record<string, unknown>> {
  const { data } = event;
  return {
    ...data,
    tenant_id: event.tenant_id,
    agent_id: data['agent_id'] ?? null,
    destination_channel: 'siem',
    siem_provider: provider,
    occurred_at: event.occurred_at,
    action: data['decision'] ?? APPROVAL_ACTIONS[event.type] ?? event.type,
    risk_tier: data['risk_tier'] ?? null,
    event_id: event.event_id,
    event_type: event.type,
    ...(event.chain_index === undefined ? {} : { chain_index: event.chain_index }),
    ...(event.sample === undefined ? {} : { sample: true }),
  };
}

/** Body and headers in the dialect of the receiver. Signing by our own headers is left to the caller. */
export function renderSiem(channel: Siem, event: DeliveryEvent, now: number): Rendered {
  const flat = siemEvent(event, channel.provider);
  if (channel.format === 'splunk') return renderSplunk(channel, event, flat);
  if (channel.format === 'sentinel') return renderSentinel(channel, flat, now);
  return { body: JSON.stringify(flat), headers: {} };
}

/** Splunk HTTP Event Collector: the secret is the token; severity and vendor_product are names of its common model. */
function renderSplunk(
  { secrets }: Siem,
  event: DeliveryEvent,
  flat: Readonly<Record<string, unknown>>,
): Rendered {
  const [token] = secrets;
  return {
    body: JSON.stringify({
      time: Date.parse(event.occurred_at) / 1000,
      source: 'thoth',
      sourcetype: 'thoth:event',
      event: { ...flat, severity: flat['risk_tier'], vendor_product: 'Thoth' },
    }),
    headers: token === undefined ? {} : { authorization: `Splunk ${token}` },
  };
}

/** Azure Log Analytics data collector: the secret is a key of the workspace, and signs length, date and path. */
function renderSentinel(
  { secrets, url, workspaceId }: Siem,
  flat: Readonly<Record<string, unknown>>,
  now: number,
): Rendered {
  const [key] = secrets;
  if (key === undefined) {
    throw new DeliveryFailure('secret_missing', 'the workspace key is not set (siem.webhook.secret)');
  }
  const target = new URL(url);
  const body = JSON.stringify([flat]);
  const date = new Date(now).toUTCString();
  const signed = `POST\n${Buffer.byteLength(body)}\napplication/json\nx-ms-date:${date}\n${target.pathname}`;
  const digest = createHmac('sha256', Buffer.from(key, 'base64')).update(signed, 'utf8').digest('base64');
  const workspace = workspaceId ?? target.hostname.split('.')[0] ?? '';
  return {
    body,
    headers: {
      authorization: `SharedKey ${workspace}:${digest}`,
      'log-type': LOG_TYPE,
      'x-ms-date': date,
      'time-generated-field': 'occurred_at',
    },
  };
}
