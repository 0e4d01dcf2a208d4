import { readSettings } from '../tenants/settings-store.js';
import { channelOf } from './channel.js';
import { Lane, type LaneParts } from './lane.js';
import { Planner } from './planner.js';
import { DESTINATIONS } from './switched-on.js';

/** Between two rounds: a burst of decisions is planned together, and costs the decisions next to nothing. */
const ROUND_MS = 25;
/** After a round that failed, for example on a full disk. */
const PAUSE_MS = 2_000;
/** No timer of Node waits longer. */
const LONGEST_WAIT_MS = 3_600_000;

/** Follows the chain of one tenant and feeds its destinations, one round after the other. */
export class TenantDelivery {
  readonly #routes;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(
    private readonly parts: LaneParts,
    private readonly tenantId: string,
  ) {
    this.#routes = DESTINATIONS.map((name) => ({
      name,
      planner: new Planner(parts, tenantId, name),
      lane: new Lane(parts, tenantId, name, () => this.wake()),
    }));
  }

  /** Something may be due: the chain grew, a destination changed, a slot is free. */
  wake(): void {
    if (this.#running !== undefined) this.#again = true;
    else this.#schedule(ROUND_MS);
  }

  async stopped(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    await Promise.all(this.#routes.map(({ lane }) => lane.drained()));
  }

  #schedule(ms: number): void {
    if (this.parts.stopping.aborted) return;
    if (this.#timer !== undefined) {
      // An earlier round is never put off.
      if (ms > ROUND_MS) return;
      clearTimeout(this.#timer);
    }
    this.#timer = setTimeout(() => this.#run(), ms);
    this.#timer.unref();
  }

  #run(): void {
    this.#timer = undefined;
    this.#again = false;
    this.#running = this.#round()
      .catch((error: unknown) => {
        if (!this.parts.stopping.aborted) this.parts.onFault(error);
        return PAUSE_MS;
      })
      .then((waitMs) => {
        this.#running = undefined;
        if (this.#again) this.#schedule(ROUND_MS);
        else if (waitMs !== undefined) this.#schedule(Math.max(ROUND_MS, Math.min(waitMs, LONGEST_WAIT_MS)));
      });
  }

  /** Milliseconds until something is due; undefined when nothing waits. */
  async #round(): Promise<number | undefined> {
    const { clock } = this.parts;
    const settings = await readSettings(this.parts, this.tenantId);
    let next: number | undefined;
    for (const { name, planner, lane } of this.#routes) {
      const channel = channelOf(settings, name, clock.now());
      if (channel !== undefined) await planner.advance();
      const due = await lane.pump(channel);
      if (due !== undefined) next = Math.min(next ?? due, due);
    }
    return next === undefined ? undefined : Math.max(0, next - clock.now());
  }
}
