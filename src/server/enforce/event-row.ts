import type { Selectable } from 'kysely';
import { sha256Hex } from '../../evidence/signature.js';
import { unkeepable } from '../http/json-bounds.js';
import type { Principal } from '../http/port.js';
import type { Database } from '../store/schema.js';
import { isObject } from './call-request.js';

export type EventRow = Selectable<Database['events']>;

/** Why one event of a batch was refused; the others are still taken. */
export interface RejectedEvent {
  readonly event_id: string | null;
  readonly message: string;
  /** The event belongs to somebody this credential may not speak for. */
  readonly foreign: boolean;
}

const EVENT_TYPES = new Set(['TOOL_CALL_PRE', 'TOOL_CALL_POST', 'TOOL_CALL_BLOCK', 'LLM_INVOCATION']);
const SOURCE_TYPES = new Set(['agent_tool_call', 'agent_llm_invocation']);
const REQUIRED = ['tenant_id', 'session_id', 'user_id', 'source_type', 'event_type'] as const;
const MAX_ID_LENGTH = 512;

type Members = Readonly<Record<string, unknown>>;

/** Narrows one behavioural event in either key style to its row; keys are kept in snake_case. */
export function eventRow(value: unknown, principal: Principal, now: number): EventRow | RejectedEvent {
  if (!isObject(value)) return refused(null, 'an event must be an object');
  // Such an event would have no canonical form, and one of them would spoil the evidence bundle of its session.
  const problem = unkeepable(value);
  if (problem !== undefined) return refused(null, `the event ${problem}`);
  const event = snakeCased(value);
  const given = text(event, 'event_id');
  for (const name of REQUIRED) {
    if (event[name] === undefined || event[name] === null) return refused(given, `${name} is missing`);
    if (typeof event[name] !== 'string') return refused(given, `${name} must be a string`);
  }
  if (given !== null && given.length > MAX_ID_LENGTH) {
    return refused(null, `event_id is longer than ${MAX_ID_LENGTH} characters`);
  }
  const tenantId = text(event, 'tenant_id') ?? principal.tenantId;
  if (tenantId !== principal.tenantId) return foreign(given, 'tenant_id names another tenant');
  const agentId = text(event, 'agent_id');
  if (principal.scope.level === 'agent' && agentId !== null && agentId !== principal.scope.targetId) {
    return foreign(given, 'this key may only report for its own agent');
  }
  const eventType = text(event, 'event_type') ?? '';
  if (!EVENT_TYPES.has(eventType))
    return refused(given, `event_type ${JSON.stringify(eventType.slice(0, 60))} is unknown`);
  if (!SOURCE_TYPES.has(text(event, 'source_type') ?? '')) return refused(given, 'source_type is unknown');
  return {
    tenant_id: tenantId,
    // The same event sent twice without an id must still count once: its content is then its identity.
    event_id: given ?? `${tenantId}:sha256-${sha256Hex(JSON.stringify(value))}`,
    event_type: eventType,
    session_id: text(event, 'session_id') ?? '',
    agent_id: agentId ?? (principal.scope.level === 'agent' ? principal.scope.targetId : null),
    tool_name: text(event, 'tool_name'),
    occurred_at: instant(text(event, 'occurred_at')) ?? now,
    ingested_at: now,
    body: JSON.stringify(event),
  };
}

export function isRejected(event: EventRow | RejectedEvent): event is RejectedEvent {
  return 'message' in event;
}

/** Senders differ per event, not per batch. Only the top level is renamed: keys inside metadata are snake_case anyway. */
function snakeCased(event: Members): Members {
  if (!('tenantId' in event || 'eventType' in event || 'sessionId' in event)) return event;
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

function text(event: Members, name: string): string | null {
  const value = event[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function instant(value: string | null): number | undefined {
  const time = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function refused(eventId: string | null, message: string): RejectedEvent {
  return { event_id: eventId, message, foreign: false };
}

function foreign(eventId: string | null, message: string): RejectedEvent {
  return { event_id: eventId, message, foreign: true };
}
