import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../chunk.js';
import type { NoAnswer } from '../check-refusal.js';
import { CompileQueue, type Build, type Check } from './compile-queue.js';
import { Heartbeat } from './heartbeat.js';
import type { CompileReply, CompileRequest, WorkerRole } from './messages.js';
import { OverrunJudge } from './overrun.js';

export interface CompileLaneOptions {
  /** Wall time one request may take, in milliseconds; see `OverrunJudge` for a starved thread. */
  readonly limitMs: (asked: Build | readonly Check[]) => number;
  /** What the thread did not answer, and why. */
  readonly onGivenUp: (asked: Build | readonly Check[], why: NoAnswer) => void;
}

interface Current {
  readonly id: number;
  readonly asked: Build | readonly Check[];
}

const HEAP_LIMIT_MB = 1024;
const WATCH_EVERY_MS = 20;
/** Starting the thread and loading an engine, on a busy machine. */
const LOAD_BUDGET_MS = 20_000;

/** One compiling thread with its queue. It handles one request at a time and is replaced when it overruns. */
export class CompileLane {
  readonly #options: CompileLaneOptions;
  readonly #queue = new CompileQueue();
  #current: Current | undefined;
  #worker: Worker | undefined;
  #heartbeat = new Heartbeat();
  readonly #judge = new OverrunJudge();
  #watch: NodeJS.Timeout | undefined;
  #nextId = 1;
  #closed = false;

  constructor(options: CompileLaneOptions) {
    this.#options = options;
  }

  add(each: Build | Check): void {
    if (this.#closed) return settleAll([each], 'closed');
    this.#queue.add(each);
    // Whoever asks in the same turn is asked for together.
    queueMicrotask(() => this.#next());
  }

  /** Takes out what waits of an owner. */
  remove(owner: string): readonly (Build | Check)[] {
    return this.#queue.remove(owner);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    const worker = this.#worker;
    this.#worker = undefined;
    const asked = [this.#current?.asked ?? [], this.#queue.clear()].flat();
    this.#current = undefined;
    settleAll(asked, 'closed');
    await worker?.terminate();
  }

  #next(): void {
    if (this.#closed || this.#current !== undefined) return;
    const asked = this.#queue.take();
    if (asked === undefined) {
      clearInterval(this.#watch);
      this.#watch = undefined;
      return;
    }
    this.#current = { id: this.#nextId++, asked };
    this.#worker ??= this.#start();
    this.#heartbeat.mark('prepare');
    this.#watch ??= setInterval(() => this.#check(), WATCH_EVERY_MS);
    this.#worker.postMessage(requestOf(this.#current));
  }

  #start(): Worker {
    this.#heartbeat = new Heartbeat();
    const worker = startWorker('policy-worker', {
      workerData: { role: 'compile', heartbeat: this.#heartbeat.shared } satisfies WorkerRole,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
    });
    worker.unref();
    let why: NoAnswer = 'crash';
    worker.on('message', (reply: CompileReply) => {
      if (this.#worker === worker && this.#current?.id === reply.id) this.#answered(this.#current, reply);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') why = 'memory';
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#replace(why);
    });
    return worker;
  }

  #check(): void {
    const asked = this.#current?.asked;
    if (asked === undefined) return;
    const beat = this.#heartbeat.read();
    const limitMs = beat.phase === 'prepare' ? LOAD_BUDGET_MS : this.#options.limitMs(asked);
    if (this.#judge.isOver(beat, limitMs)) this.#replace('time');
  }

  #answered({ asked }: Current, reply: CompileReply): void {
    this.#current = undefined;
    if ('op' in asked) asked.settle(reply.op === 'build' ? reply.compilation : 'crash');
    else
      for (const [index, check] of asked.entries())
        check.settle((reply.op === 'check' ? reply.diagnostics[index] : undefined) ?? 'crash');
    this.#next();
  }

  #replace(why: NoAnswer): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    const asked = this.#current?.asked;
    this.#current = undefined;
    if (asked !== undefined) this.#options.onGivenUp(asked, why);
    this.#next();
  }
}

export function settleAll(several: readonly (Build | Check)[], why: NoAnswer): void {
  for (const each of several) each.settle(why);
}

function requestOf({ id, asked }: Current): CompileRequest {
  if ('op' in asked) return { id, op: 'build', source: asked.source };
  return {
    id,
    op: 'check',
    framework: asked[0]?.framework ?? 'CEDAR',
    sources: asked.map(({ source }) => source),
  };
}
