import { randomUUID } from 'node:crypto';
import type { ResolvedConfig } from './config/options.js';
import { EventTemplate, type EventFacts } from './events/event.js';
import type { Runtime } from './runtime.js';

/** The part of a session that governed calls share: identity, history and its way to the event queue. */
export class SessionState {
  readonly sessionId: string;
  readonly traceId: string;
  #history: string[] = [];
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
    return [...this.#history];
  }

  historyWith(toolName: string): readonly string[] {
    return [...this.#history, toolName].slice(-this.config.historyLimit);
  }

  record(toolName: string): void {
    this.#history.push(toolName);
    if (this.#history.length > this.config.historyLimit) this.#history.shift();
  }

  emit(facts: EventFacts): void {
    this.runtime.queue?.enqueue(this.#template.build(facts));
  }

  track(work: Promise<unknown>): void {
    this.runtime.queue?.track(work);
  }
}
