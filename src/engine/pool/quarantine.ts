import { LruMap } from '../lru-map.js';

/** Where a bundle may run: beside everyone, apart, or for now not at all. */
export type Standing = 'trusted' | 'apart' | 'suspended';

interface Offence {
  count: number;
  suspendedUntil: number;
  apartUntil: number;
}

const REMEMBERED = 10_000;
const APART_MS = 10 * 60_000;
const FIRST_SUSPENSION_MS = 1000;
const LONGEST_SUSPENSION_MS = 60_000;

/**
 * Remembers bundles that overran. The first overrun costs the shared lane one budget; after it the bundle
 * runs apart from everyone else's, and every further overrun suspends it twice as long: it then blocks at once.
 */
export class Quarantine {
  readonly #offences = new LruMap<string, Offence>(REMEMBERED);
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#offences.size === 0;
  }

  standing(bundleId: string): Standing {
    const offence = this.#offences.get(bundleId);
    if (offence === undefined) return 'trusted';
    const now = this.#now();
    if (now < offence.suspendedUntil) return 'suspended';
    if (now < offence.apartUntil) return 'apart';
    this.#offences.delete(bundleId);
    return 'trusted';
  }

  /** Keeps a bundle apart without holding an overrun against it. */
  isSlow(bundleId: string): void {
    this.#offence(bundleId);
  }

  overran(bundleId: string): void {
    const now = this.#now();
    const offence = this.#offence(bundleId);
    offence.count += 1;
    if (offence.count > 1)
      offence.suspendedUntil =
        now + Math.min(LONGEST_SUSPENSION_MS, FIRST_SUSPENSION_MS * 2 ** (offence.count - 2));
  }

  #offence(bundleId: string): Offence {
    const offence = this.#offences.get(bundleId) ?? { count: 0, suspendedUntil: 0, apartUntil: 0 };
    offence.apartUntil = this.#now() + APART_MS;
    this.#offences.set(bundleId, offence);
    return offence;
  }
}
