import { expect, test } from 'vitest';
import type { Beat } from '../../../src/engine/pool/heartbeat.js';
import { OverrunJudge } from '../../../src/engine/pool/overrun.js';
import { ownThreadId } from '../../../src/engine/pool/thread-clock.js';

const LIMIT_MS = 150;

/** Looks every 20 ms at a unit that never ends; `stall` lets time pass in which nobody looks. */
function watching(threadId: number) {
  let now = 1000;
  const began = now;
  const judge = new OverrunJudge(() => now);
  const look = (): boolean => {
    const beat: Beat = {
      phase: 'evaluate',
      job: 0,
      bundle: 0,
      elapsedMs: now - began,
      sequence: 1,
      threadId,
    };
    return judge.isOver(beat, LIMIT_MS);
  };
  return {
    stall: (ms: number) => void (now += ms),
    look,
    /** How long it was watched until it was found to be over. */
    untilOver() {
      const from = now;
      while (!look()) now += 20;
      return now - from;
    },
  };
}

test('a unit is over once it was seen to run for its budget', () => {
  const ran = watching(0).untilOver();
  expect(ran).toBeGreaterThan(LIMIT_MS);
  expect(ran).toBeLessThan(2 * LIMIT_MS);
});

test.each([
  ['before it is first looked at', 0],
  ['after it was looked at', 40],
])('a pause of the whole process %s is not held against it', (_when, before) => {
  // A thread that uses no processor, where that can be told: it had none.
  for (const threadId of new Set([0, ownThreadId()])) {
    const unit = watching(threadId);
    unit.stall(before);
    unit.look();
    unit.stall(60_000);
    expect(unit.look()).toBe(false);
    expect(unit.untilOver()).toBeGreaterThan(0);
  }
});
