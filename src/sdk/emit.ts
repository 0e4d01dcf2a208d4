import type { ThothConfig } from './config/options.js';
import { resolveConfig } from './config/resolve.js';
import { EventTemplate, type EventFacts } from './events/event.js';
import { sharedQueue } from './events/shared.js';

/** An event made by the caller; identity and time are added. */
export type BehavioralEventInput = Pick<EventFacts, 'type' | 'toolName' | 'content'> &
  Partial<Pick<EventFacts, 'metadata' | 'history' | 'violationId'>>;

/** Queues one event of the caller's own and waits until the queue was sent or given up. */
export async function emitBehavioralEvent(
  event: BehavioralEventInput,
  options: ThothConfig = {},
): Promise<void> {
  const config = resolveConfig({ approvedScope: [], ...options });
  const sessionId = config.sessionId ?? 'none';
  const template = new EventTemplate(config, sessionId, config.enforcementTraceId ?? sessionId, {});
  const queue = sharedQueue(config);
  queue?.enqueue(template.build({ metadata: {}, history: [], ...event }, Date.now()));
  await queue?.flush();
}
