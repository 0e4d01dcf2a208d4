import { randomUUID } from 'node:crypto';
import type { ResolvedConfig } from './config/options.js';
import { EventTemplate, type EventFacts } from './events/event.js';
import type { Runtime } from './runtime.js';

/** The part of a session that governed calls share: identity, history and its way to the event queue. */
export class SessionState {
  readonly sessionId: string;
  readonly traceId: string;
  /** Replaced, never changed: whoever was given one keeps it. */
  #history: readonly string[] = [];
  readonly #template: EventTemplate;

  constructor(readonly runtime: Runtime) {
    const { config } = runtime;
    this.sessionId = config.sessionId ?? randomUUID();
    this.traceId = config.enforcementTraceId ?? this.sessionId;
    this.#template = new EventTemplate(config, this.sessionId, this.traceId, runtime.predicates.lineage);
  }

  get config(): ResolvedConfig {
    return this.runtime.config;
  }

  /** Newest entries, oldest first; one per started tool run, repeats included. */
  history(): readonly string[] {
    return this.#history;
  }

  historyWith(toolName: string): readonly string[] {
    const over = this.#history.length + 1 - this.config.historyLimit;
    const history = over > 0 ? this.#history.slice(over) : this.#history.slice();
    history.push(toolName);
    return history;
  }

  record(toolName: string): void {
    this.#history = this.historyWith(toolName);
  }

  /** Queues an event of this moment. `facts` is called later, when nobody waits for it. */
  emit(facts: () => EventFacts): void {
    const { queue } = this.runtime;
    if (queue === undefined) return;
    const at = Date.now();
    queue.enqueueLater(() => this.#template.build(facts(), at));
  }

  track(work: Promise<unknown>): void {
    this.runtime.queue?.track(work);
  }
}
