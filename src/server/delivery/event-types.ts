import type { DestinationName } from './switched-on.js';

/** Columns of an evidence record that decide whether and as what it is told. */
export interface RecordedEvent {
  readonly kind: string;
  readonly decision: string | null;
}

/** The event a PAM system is asked by. */
export const PAM_REQUEST = 'approval.requested';

const DECISIONS: Readonly<Record<string, string>> = {
  BLOCK: 'decision.blocked',
  STEP_UP: 'decision.held',
  DEFER: 'decision.deferred',
  MODIFY: 'decision.modified',
};

const APPROVALS: Readonly<Record<string, string>> = {
  'control.approval.approve': 'approval.approved',
  'control.approval.deny': 'approval.denied',
  'control.approval.self_approve': 'approval.self_approved',
  'control.approval.self_decline': 'approval.self_declined',
  'control.approval.expire': 'approval.expired',
  'control.approval.withdraw': 'approval.withdrawn',
  'control.approval.vote': 'approval.voted',
};

/** About deliveries themselves: telling these would answer every redelivery with another delivery. */
const UNTOLD = 'control.delivery.';

/**
 * The type under which a destination hears of a record; undefined for what it does not hear of. A webhook and a SIEM hear
 * of every decision other than ALLOW and of every change; a PAM system only of new holds.
 */
export function eventType(destination: DestinationName, event: RecordedEvent): string | undefined {
  const { kind, decision } = event;
  if (destination === 'pam') {
    return kind === 'decision' && decision === 'STEP_UP' ? PAM_REQUEST : undefined;
  }
  if (kind === 'decision') return DECISIONS[decision ?? ''];
  if (!kind.startsWith('control.') || kind.startsWith(UNTOLD)) return undefined;
  return APPROVALS[kind] ?? kind;
}

/** Types a sample can be made of, by destination. */
export function sampleTypes(destination: DestinationName): readonly string[] {
  if (destination === 'pam') return [PAM_REQUEST];
  return [...Object.values(DECISIONS), ...Object.values(APPROVALS), 'control.settings.update'];
}
