import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../chunk.js';
import type { RegoCompilation } from '../rego/policy.js';
import type { Framework, PolicyDiagnostic } from '../types.js';
import type { CompileReply, CompileRequest, WorkerRole } from './messages.js';

type Ask =
  | { readonly op: 'build'; readonly source: string }
  | { readonly op: 'check'; readonly framework: Framework; readonly source: string };

interface Waiting {
  readonly request: CompileRequest;
  readonly settle: (reply: CompileReply | undefined) => void;
}

const HEAP_LIMIT_MB = 1024;

/** The thread that reads policy source. It handles one request at a time and is replaced when it overruns. */
export class CompilerClient {
  readonly #budgetMs: number;
  readonly #waiting: Waiting[] = [];
  #current: Waiting | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #worker: Worker | undefined;
  #nextId = 1;
  #closed = false;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
  }

  /** `transient` marks a failure of the thread, which may be tried again, not of the source. */
  async build(source: string): Promise<RegoCompilation & { readonly transient?: boolean }> {
    const reply = await this.#ask({ op: 'build', source });
    if (reply?.op === 'build') return reply.compilation;
    return { ok: false, failure: 'compiling it took too long or too much memory', transient: true };
  }

  async check(framework: Framework, source: string): Promise<readonly PolicyDiagnostic[]> {
    const reply = await this.#ask({ op: 'check', framework, source });
    if (reply?.op === 'check') return reply.diagnostics;
    return [
      {
        severity: 'error',
        code: 'policy_check_budget',
        message: 'checking the policy took too long or too much memory',
        line: 1,
        column: 1,
        fix: 'split the policy into smaller bundles',
      },
    ];
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#deadline);
    const worker = this.#worker;
    this.#worker = undefined;
    for (const each of [...(this.#current === undefined ? [] : [this.#current]), ...this.#waiting.splice(0)])
      each.settle(undefined);
    this.#current = undefined;
    await worker?.terminate();
  }

  #ask(ask: Ask): Promise<CompileReply | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((settle) => {
      this.#waiting.push({ request: { ...ask, id: this.#nextId++ }, settle });
      this.#next();
    });
  }

  #next(): void {
    if (this.#closed || this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage(this.#current.request);
    this.#deadline = setTimeout(() => this.#replace(), this.#budgetMs);
  }

  #start(): Worker {
    const worker = startWorker('policy-worker', {
      workerData: { role: 'compile' } satisfies WorkerRole,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
    });
    worker.unref();
    worker.on('message', (reply: CompileReply) => {
      if (this.#worker === worker && this.#current?.request.id === reply.id) this.#finish(reply);
    });
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.#worker === worker) this.#replace();
    });
    return worker;
  }

  #replace(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    this.#finish(undefined);
  }

  #finish(reply: CompileReply | undefined): void {
    clearTimeout(this.#deadline);
    const current = this.#current;
    this.#current = undefined;
    current?.settle(reply);
    this.#next();
  }
}
