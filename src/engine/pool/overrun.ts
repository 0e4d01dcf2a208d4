import type { Beat } from './heartbeat.js';
import { threadCpuMs } from './thread-clock.js';

/** A unit seen running this long is worth measuring. */
const NOTICE_MS = 20;
/** Share of the budget a thread must really have computed before a late unit is called an overrun. */
const COMPUTED_SHARE = 0.5;
/** However starved the machine is, nothing runs longer than this many budgets. */
const LONGEST = 10;

/**
 * Tells a policy that computes too long from a thread the machine gave no processor: the budget is wall time,
 * but on Linux a late unit is given up only once it has used half of it, or after ten times the budget.
 */
export class OverrunJudge {
  #sighted: { readonly sequence: number; readonly elapsedMs: number; readonly cpuMs: number } | undefined;

  isOver(beat: Beat, limitMs: number): boolean {
    if (beat.phase === 'idle' || beat.elapsedMs < NOTICE_MS) return false;
    const cpuMs = threadCpuMs(beat.threadId);
    if (cpuMs === undefined) return beat.elapsedMs > limitMs;
    if (this.#sighted?.sequence !== beat.sequence)
      this.#sighted = { sequence: beat.sequence, elapsedMs: Math.min(beat.elapsedMs, limitMs / 2), cpuMs };
    if (beat.elapsedMs <= limitMs) return false;
    const computed = cpuMs - this.#sighted.cpuMs;
    return (
      computed >= COMPUTED_SHARE * (limitMs - this.#sighted.elapsedMs) || beat.elapsedMs > LONGEST * limitMs
    );
  }
}
