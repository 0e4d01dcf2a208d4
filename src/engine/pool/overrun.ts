import type { Beat } from './heartbeat.js';
import { threadCpuMs } from './thread-clock.js';

/** A unit seen running this long is worth measuring. */
const NOTICE_MS = 20;
/** Share of the budget a thread must really have computed before a late unit is called an overrun. */
const COMPUTED_SHARE = 0.5;
/** However starved the machine is, nothing runs longer than this many budgets. */
const LONGEST = 10;
/** Between two looks at most this much counts: a longer pause stopped the looking thread, and the other as likely. */
const LONGEST_GAP_MS = 100;

interface Sighted {
  readonly sequence: number;
  /** How long the unit had run when it was seen first, half its budget at most. */
  readonly firstMs: number;
  readonly cpuMs: number;
  /** How long it has run, without the pauses in which nobody looked. */
  ranMs: number;
  lookedAt: number;
}

/**
 * Tells a policy that computes too long from a thread the machine gave no processor: the budget is wall time,
 * but on Linux a late unit is given up only once it has used half of it, or after ten times the budget.
 */
export class OverrunJudge {
  #sighted: Sighted | undefined;

  /** The clock is monotonic, in milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  isOver(beat: Beat, limitMs: number): boolean {
    if (beat.phase === 'idle' || beat.elapsedMs < NOTICE_MS) return false;
    const cpuMs = threadCpuMs(beat.threadId);
    const sighted = this.#look(beat, limitMs, cpuMs ?? 0);
    if (sighted.ranMs <= limitMs) return false;
    if (cpuMs === undefined || sighted.ranMs > LONGEST * limitMs) return true;
    return cpuMs - sighted.cpuMs >= COMPUTED_SHARE * (limitMs - sighted.firstMs);
  }

  #look({ sequence, elapsedMs }: Beat, limitMs: number, cpuMs: number): Sighted {
    const now = this.now();
    if (this.#sighted?.sequence !== sequence) {
      const firstMs = Math.min(elapsedMs, limitMs / 2);
      this.#sighted = { sequence, firstMs, cpuMs, ranMs: firstMs, lookedAt: now };
      return this.#sighted;
    }
    this.#sighted.ranMs += Math.min(now - this.#sighted.lookedAt, LONGEST_GAP_MS);
    this.#sighted.lookedAt = now;
    return this.#sighted;
  }
}
