/** What a deciding thread is busy with, readable by the main thread while the thread itself is stuck. */
export type Phase = 'idle' | 'prepare' | 'first' | 'evaluate';

export interface Beat {
  readonly phase: Phase;
  /** Index of the job in its batch, and of the bundle in the job; the Cedar bundles of a job share -1. */
  readonly job: number;
  readonly bundle: number;
  /** How long the current unit has run. */
  readonly elapsedMs: number;
  /** Changes with every unit. */
  readonly sequence: number;
  /** Kernel id of the thread, 0 when unknown. */
  readonly threadId: number;
}

const PHASES: readonly Phase[] = ['idle', 'prepare', 'first', 'evaluate'];
const [PHASE, JOB, BUNDLE, STARTED, SEQUENCE, THREAD] = [0, 1, 2, 3, 4, 5];
export const ALL_CEDAR = -1;

/** Milliseconds on the clock that all threads have in common; a change of the wall clock does not move it. */
function sharedNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds * 1000 + nanoseconds / 1e6) | 0;
}

/** A few integers in shared memory: the one channel that works while the thread does not answer messages. */
export class Heartbeat {
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(shared = new SharedArrayBuffer(24)) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
  }

  mark(phase: Phase, job = 0, bundle = 0): void {
    Atomics.store(this.#cells, STARTED, sharedNow());
    Atomics.store(this.#cells, JOB, job);
    Atomics.store(this.#cells, BUNDLE, bundle);
    Atomics.store(this.#cells, PHASE, PHASES.indexOf(phase));
    Atomics.add(this.#cells, SEQUENCE, 1);
  }

  introduce(threadId: number): void {
    Atomics.store(this.#cells, THREAD, threadId);
  }

  read(): Beat {
    return {
      phase: PHASES[Atomics.load(this.#cells, PHASE)] ?? 'idle',
      job: Atomics.load(this.#cells, JOB),
      bundle: Atomics.load(this.#cells, BUNDLE),
      elapsedMs: (sharedNow() - Atomics.load(this.#cells, STARTED)) | 0,
      sequence: Atomics.load(this.#cells, SEQUENCE),
      threadId: Atomics.load(this.#cells, THREAD),
    };
  }
}
