import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../chunk.js';
import type { RegoCompilation } from '../rego/policy.js';
import type { Framework, PolicyDiagnostic } from '../types.js';
import type { CompileReply, CompileRequest, WorkerRole } from './messages.js';

interface Build {
  readonly op: 'build';
  readonly source: string;
  readonly settle: (compilation: RegoCompilation | undefined) => void;
}

interface Check {
  readonly op: 'check';
  readonly framework: Framework;
  readonly source: string;
  /** Set once a batch with it overran: then it is to be checked by itself. */
  readonly alone: boolean;
  readonly settle: (diagnostics: readonly PolicyDiagnostic[] | undefined) => void;
}

interface Current {
  readonly id: number;
  readonly asked: Build | readonly Check[];
}

const HEAP_LIMIT_MB = 1024;
/** Cedar reads its schema anew for every check, so policies that wait are checked together; few, since others wait too. */
const BATCH_SOURCES = 32;
const BATCH_CHARACTERS = 64 * 1024;

/**
 * The thread that reads policy source. It handles one request at a time and is replaced when it overruns. What
 * decisions wait for goes before checks.
 */
export class CompilerClient {
  readonly #budgetMs: number;
  readonly #builds: Build[] = [];
  readonly #checks: Check[] = [];
  #current: Current | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #worker: Worker | undefined;
  #nextId = 1;
  #closed = false;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
  }

  /** `transient` marks a failure of the thread, which may be tried again, not of the source. */
  async build(source: string): Promise<RegoCompilation & { readonly transient?: boolean }> {
    const compilation = await this.#wait<RegoCompilation>((settle) =>
      this.#builds.push({ op: 'build', source, settle }),
    );
    return (
      compilation ?? {
        ok: false,
        failure: 'compiling it took too long or too much memory',
        transient: true,
      }
    );
  }

  async check(framework: Framework, source: string): Promise<readonly PolicyDiagnostic[]> {
    const diagnostics = await this.#wait<readonly PolicyDiagnostic[]>((settle) =>
      this.#checks.push({ op: 'check', framework, source, alone: framework !== 'CEDAR', settle }),
    );
    return (
      diagnostics ?? [
        {
          severity: 'error',
          code: 'policy_check_budget',
          message: 'checking the policy took too long or too much memory',
          line: 1,
          column: 1,
          fix: 'split the policy into smaller bundles',
        },
      ]
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#deadline);
    const worker = this.#worker;
    this.#worker = undefined;
    const asked = [this.#current?.asked ?? [], this.#builds.splice(0), this.#checks.splice(0)].flat();
    this.#current = undefined;
    for (const each of asked) each.settle(undefined);
    await worker?.terminate();
  }

  #wait<T>(ask: (settle: (answer: T | undefined) => void) => void): Promise<T | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((settle) => {
      ask(settle);
      // Whoever asks in the same turn is asked for together.
      queueMicrotask(() => this.#next());
    });
  }

  #next(): void {
    if (this.#closed || this.#current !== undefined) return;
    const asked = this.#builds.shift() ?? this.#batch();
    if (asked === undefined) return;
    this.#current = { id: this.#nextId++, asked };
    this.#worker ??= this.#start();
    this.#worker.postMessage(requestOf(this.#current));
    this.#deadline = setTimeout(() => this.#replace(), this.#budgetMs);
  }

  #batch(): readonly Check[] | undefined {
    const first = this.#checks.shift();
    if (first === undefined) return undefined;
    const batch = [first];
    let characters = first.source.length;
    while (!first.alone && batch.length < BATCH_SOURCES) {
      const next = this.#checks[0];
      if (next === undefined || next.alone || characters + next.source.length > BATCH_CHARACTERS) break;
      characters += next.source.length;
      batch.push(next);
      this.#checks.shift();
    }
    return batch;
  }

  #start(): Worker {
    const worker = startWorker('policy-worker', {
      workerData: { role: 'compile' } satisfies WorkerRole,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
    });
    worker.unref();
    worker.on('message', (reply: CompileReply) => {
      if (this.#worker === worker && this.#current?.id === reply.id) this.#finish(reply);
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
    const asked = this.#current?.asked;
    this.#current = undefined;
    if (asked !== undefined && 'op' in asked)
      asked.settle(reply?.op === 'build' ? reply.compilation : undefined);
    else if (asked !== undefined) this.#settleChecks(asked, reply);
    this.#next();
  }

  /** Which of several brought the thread down cannot be told: each gets a turn of its own. */
  #settleChecks(checks: readonly Check[], reply: CompileReply | undefined): void {
    if (reply?.op === 'check')
      for (const [index, check] of checks.entries()) check.settle(reply.diagnostics[index]);
    else if (checks.length > 1) this.#checks.unshift(...checks.map((check) => ({ ...check, alone: true })));
    else for (const check of checks) check.settle(undefined);
  }
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
