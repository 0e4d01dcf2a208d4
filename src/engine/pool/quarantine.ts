/** Where a bundle may run: beside everyone, apart, or for now not at all. */
export type Standing = 'trusted' | 'apart' | 'suspended';

interface Offence {
  count: number;
  suspendedUntil: number;
  apartUntil: number;
}

const APART_MS = 10 * 60_000;
const FIRST_SUSPENSION_MS = 1000;
const LONGEST_SUSPENSION_MS = 60_000;

/**
 * Remembers bundles that overran. The first overrun costs the shared lane one budget; after it the bundle
 * runs apart from everyone else's, and every further overrun suspends it twice as long: it then blocks at once.
 */
export class Quarantine {
  readonly #offences = new Map<string, Offence>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
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

  report(bundleId: string): void {
    const now = this.#now();
    const offence = this.#offences.get(bundleId) ?? { count: 0, suspendedUntil: 0, apartUntil: 0 };
    offence.count += 1;
    offence.apartUntil = now + APART_MS;
    if (offence.count > 1)
      offence.suspendedUntil =
        now + Math.min(LONGEST_SUSPENSION_MS, FIRST_SUSPENSION_MS * 2 ** (offence.count - 2));
    this.#offences.set(bundleId, offence);
  }
}
