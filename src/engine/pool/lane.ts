import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../chunk.js';
import { ALL_CEDAR, Heartbeat, type Beat } from './heartbeat.js';
import { OverrunJudge } from './overrun.js';
import type { Job } from './job.js';
import type { BatchJob, BatchReply, BatchRequest, Lesson, WorkerRole } from './messages.js';

export interface LaneOptions {
  /** Wall time one bundle may take for one call. */
  readonly budgetMs: number;
  /** Wall time to parse or instantiate a bundle, once per thread. */
  readonly prepareBudgetMs: number;
  readonly heapLimitMb: number;
  readonly batchSize: number;
  /** A call that waited longer than this is refused instead of queued; only the lane of offenders needs it. */
  readonly patienceMs: number;
  /** Where a queued call belongs by now; undefined when it has been answered meanwhile. */
  readonly place: (job: Job) => Lane | undefined;
  /** Called for each bundle that overran or killed the thread. */
  readonly onOffence: (bundleId: string) => void;
  /** Called for each bundle that keeps within its budget but is too slow to share a thread. */
  readonly onSlow: (bundleId: string) => void;
}

const WATCH_EVERY_MS = 20;
const FIRST_RUN_BUDGETS = 4;
const START_ATTEMPTS = 3;
/** Loading the code of a thread on a busy machine; past it the thread counts as not starting. */
const START_BUDGET_MS = 20_000;
/** Definitions a thread keeps; past it the thread is replaced, which is simpler than teaching it to forget. */
const MOST_LESSONS = 20_000;

/** One deciding thread with its queue. A batch is in flight at a time; what piles up meanwhile is the next batch. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #queue: Job[] = [];
  #inFlight: Job[] = [];
  #worker: Worker | undefined;
  #ready = false;
  #startedAt = 0;
  #readyAt = 0;
  #failedStarts = 0;
  #heartbeat = new Heartbeat();
  #judge = new OverrunJudge();
  readonly #taught = new Set<number>();
  #flushing = false;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  submit(job: Job): void {
    if (this.#closed) {
      job.giveUpAll('the server is stopping');
      return job.answer([]);
    }
    this.#queue.push(job);
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    const worker = this.#retire();
    for (const job of [...this.#inFlight.splice(0), ...this.#queue.splice(0)]) {
      job.giveUpAll('the server is stopping');
      job.answer([]);
    }
    await worker?.terminate();
  }

  /** Calls of one turn of the event loop leave as one batch. */
  #schedule(): void {
    if (this.#flushing || this.#inFlight.length > 0) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed || this.#inFlight.length > 0) return;
    this.#dropImpatient();
    this.#replace();
    if (this.#queue.length === 0) return;
    if (this.#taught.size > MOST_LESSONS) void this.#retire()?.terminate();
    if (this.#worker === undefined) this.#start();
    if (!this.#ready) return;
    this.#inFlight = this.#queue.splice(0, this.#options.batchSize);
    const lessons: Lesson[] = [];
    const jobs = this.#inFlight.map((job): BatchJob => {
      const open = job.open;
      for (const lesson of open) {
        if (this.#taught.has(lesson.number)) continue;
        this.#taught.add(lesson.number);
        lessons.push(lesson);
      }
      return { bundles: open.map((lesson) => lesson.number), input: job.input };
    });
    // Until the thread reports progress the clock runs from here, as if it were preparing.
    this.#heartbeat.mark('prepare', -1);
    this.#keepWatch();
    this.#worker?.postMessage({ lessons, jobs: JSON.stringify(jobs) } satisfies BatchRequest);
  }

  /** Calls that queued up behind an offender must not all repeat its overrun here. */
  #replace(): void {
    for (const job of this.#queue.splice(0)) {
      const lane = this.#options.place(job);
      if (lane === this) this.#queue.push(job);
      else lane?.submit(job);
    }
  }

  #dropImpatient(): void {
    const { patienceMs } = this.#options;
    while (this.#queue[0] !== undefined && this.#waited(this.#queue[0]) > patienceMs) {
      const job = this.#queue.shift();
      job?.giveUpAll('time budget');
      job?.answer([]);
    }
  }

  /** Time the thread could have used for the call: waiting for it to start does not count. */
  #waited(job: Job): number {
    return this.#ready ? performance.now() - Math.max(job.queuedAt, this.#readyAt) : 0;
  }

  #start(): void {
    this.#heartbeat = new Heartbeat();
    this.#judge = new OverrunJudge();
    this.#taught.clear();
    this.#ready = false;
    this.#startedAt = performance.now();
    const worker = startWorker('policy-worker', {
      workerData: { role: 'decide', heartbeat: this.#heartbeat.shared } satisfies WorkerRole,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.heapLimitMb },
    });
    this.#worker = worker;
    // A stuck thread must not keep the process alive; pending calls are held open by their own sockets.
    worker.unref();
    worker.on('message', (message: 'ready' | BatchReply) => {
      if (this.#worker !== worker) return;
      if (message === 'ready') {
        this.#ready = true;
        this.#readyAt = performance.now();
        this.#failedStarts = 0;
        return this.#flush();
      }
      const batch = this.#inFlight;
      this.#inFlight = [];
      for (const bundleId of message.slow) this.#options.onSlow(bundleId);
      batch.forEach((job, index) => job.answer(message.verdicts[index] ?? []));
      this.#flush();
    });
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.#worker === worker) this.#died();
    });
    this.#keepWatch();
  }

  #keepWatch(): void {
    this.#watch ??= setInterval(() => this.#check(), WATCH_EVERY_MS);
  }

  /** Looks whether the thread is stuck: with a bundle, or before it came up. */
  #check(): void {
    if (this.#worker !== undefined && !this.#ready && performance.now() - this.#startedAt > START_BUDGET_MS) {
      void this.#retire()?.terminate();
      return this.#startFailed();
    }
    if (this.#inFlight.length === 0) {
      if (this.#worker !== undefined && !this.#ready) return;
      clearInterval(this.#watch);
      this.#watch = undefined;
      return;
    }
    const beat = this.#heartbeat.read();
    const limit = this.#limitOf(beat);
    if (!this.#judge.isOver(beat, limit)) return;
    void this.#retire()?.terminate();
    this.#recover(beat, 'time budget');
  }

  /** The first run of a policy in a thread also compiles its machine code. */
  #limitOf(beat: Beat): number {
    if (beat.phase === 'evaluate') return this.#options.budgetMs;
    return beat.phase === 'first'
      ? FIRST_RUN_BUDGETS * this.#options.budgetMs
      : this.#options.prepareBudgetMs;
  }

  #died(): void {
    const beat = this.#heartbeat.read();
    const started = this.#ready;
    this.#retire();
    if (!started) return this.#startFailed();
    this.#recover(beat, 'memory budget');
  }

  #startFailed(): void {
    this.#failedStarts += 1;
    if (this.#failedStarts < START_ATTEMPTS) return this.#schedule();
    this.#failedStarts = 0;
    for (const job of this.#queue.splice(0)) {
      job.giveUpAll('the policy evaluator could not be started');
      job.answer([]);
    }
  }

  #retire(): Worker | undefined {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#ready = false;
    return worker;
  }

  /** The culprit's bundle blocks its call; every other call of the batch is evaluated again. */
  #recover(beat: Beat, failure: string): void {
    const batch = this.#inFlight;
    this.#inFlight = [];
    const culprit = batch[beat.job];
    if (culprit === undefined) {
      // Stuck before the first bundle: no policy is to blame, but the first call must not be tried for ever.
      batch[0]?.giveUpAll(failure);
    } else {
      const guilty = culprit.open.filter(({ bundle }, index) =>
        beat.bundle === ALL_CEDAR ? bundle.framework === 'CEDAR' : index === beat.bundle,
      );
      for (const { bundle } of guilty) {
        culprit.giveUp(bundle.id, failure);
        this.#options.onOffence(bundle.id);
      }
      if (guilty.length === 0) culprit.giveUpAll(failure);
    }
    for (const job of batch.reverse()) {
      if (job.open.length === 0) job.answer([]);
      else this.#queue.unshift(job);
    }
    this.#schedule();
  }
}
