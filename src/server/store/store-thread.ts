import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../chunk.js';
import { EXIT_CODES, ThothctlError, type ExitName } from '../../errors/index.js';
import { StoreConflict, type StoredKey } from './port.js';
import type {
  Fault,
  StartFault,
  StoreReply,
  StoreRequest,
  StoreTask,
  WorkerMessage,
} from './worker/protocol.js';

interface Waiting {
  resolve(texts: readonly string[]): void;
  reject(error: Error): void;
}

/** The main thread's end of the writer thread: requests of one turn travel together, replies come in order. */
export class StoreThread {
  readonly #waiting: Waiting[] = [];
  #outgoing: string[] = [];
  #refusal: Error | undefined;
  #ended: Promise<void>;

  private constructor(
    private readonly worker: Worker,
    readonly keys: readonly StoredKey[],
  ) {
    this.#ended = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'replies') this.#deliver(message.replies);
    });
    worker.on('error', (cause) => this.#fail(storageFailed('the writer thread failed', cause)));
    worker.on('exit', () => this.#fail(storageFailed('the writer thread has ended')));
  }

  static async start(task: StoreTask & { readonly task: 'write' }): Promise<StoreThread> {
    const worker = startWorker('store-worker', { workerData: task });
    const message = await firstMessage(worker);
    if (message.type !== 'ready') throw storageFailed('the writer thread did not start');
    return new StoreThread(worker, message.keys);
  }

  /** Resolves with the reply's texts once the worker has made the request durable. */
  request(request: StoreRequest): Promise<readonly string[]> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    let text: string;
    try {
      text = JSON.stringify(request);
    } catch (cause) {
      return Promise.reject(notPlain(cause));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#send(text);
    });
  }

  /** Everything requested before is finished first. */
  async close(): Promise<void> {
    if (!this.#refusal) {
      this.#refusal = closed();
      this.#send(JSON.stringify({ kind: 'close' } satisfies StoreRequest));
    }
    await this.#ended;
  }

  #send(text: string): void {
    this.#outgoing.push(text);
    if (this.#outgoing.length > 1) return;
    setImmediate(() => {
      const batch = this.#outgoing;
      this.#outgoing = [];
      this.worker.postMessage(batch);
    });
  }

  #deliver(replies: readonly StoreReply[]): void {
    // One splice for all: shifting entries one at a time is quadratic under load.
    const answered = this.#waiting.splice(0, replies.length);
    replies.forEach((reply, i) => {
      if ('code' in reply) answered[i]?.reject(faultError(reply));
      else answered[i]?.resolve(reply);
    });
  }

  #fail(error: Error): void {
    this.#refusal ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

/** Runs a task of the store's thread that answers once, such as a backup. */
export async function runStoreTask(task: StoreTask): Promise<void> {
  await firstMessage(startWorker('store-worker', { workerData: task }));
}

function firstMessage(worker: Worker): Promise<WorkerMessage> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: WorkerMessage) => {
      if (message.type === 'refused') {
        void worker.terminate();
        reject(startError(message.fault));
      } else resolve(message);
    });
    worker.once('error', (cause) => reject(storageFailed('the store thread failed', cause)));
    worker.once('exit', () => reject(storageFailed('the store thread ended early')));
  });
}

function startError(fault: StartFault): ThothctlError {
  return new ThothctlError({ ...fault, exit: isExitName(fault.exit) ? fault.exit : 'unexpected' });
}

function isExitName(name: string): name is ExitName {
  return Object.hasOwn(EXIT_CODES, name);
}

function faultError(fault: Fault): Error {
  if (fault.code === 'store_conflict') return new StoreConflict(fault.message);
  const environment = fault.code.startsWith('storage_');
  return new ThothctlError({
    code: fault.code,
    message: environment ? `nothing was recorded: ${fault.message}` : fault.message,
    exit: environment ? 'unavailable' : 'unexpected',
    fix:
      fault.code === 'storage_full'
        ? 'free space on that disk; the server then goes on by itself'
        : undefined,
  });
}

function notPlain(cause: unknown): ThothctlError {
  return new ThothctlError({
    code: 'invalid_statement',
    message: 'a unit of work holds a value that JSON cannot express',
    exit: 'unexpected',
    cause,
  });
}

function closed(): ThothctlError {
  return new ThothctlError({ code: 'storage_closed', message: 'the store is closed', exit: 'unavailable' });
}

function storageFailed(message: string, cause?: unknown): ThothctlError {
  return new ThothctlError({ code: 'storage_failed', message, exit: 'unexpected', cause });
}
