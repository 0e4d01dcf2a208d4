import type { ThothLogger } from './logger.js';

/** One warning when an outage begins to let calls through, one summary when the enforcer is back. */
export class OutageLog {
  #ungoverned = 0;

  constructor(private readonly logger: ThothLogger) {}

  failedOpen(toolName: string, code: string): void {
    const line = `enforcer unavailable (fail-open): '${toolName}' runs without a decision (${code})`;
    if (this.#ungoverned === 0) this.logger.warn(line);
    else this.logger.debug(line);
    this.#ungoverned += 1;
  }

  answered(): void {
    if (this.#ungoverned === 0) return;
    this.logger.warn(`enforcer is back; ${this.#ungoverned} calls ran without a decision`);
    this.#ungoverned = 0;
  }
}
