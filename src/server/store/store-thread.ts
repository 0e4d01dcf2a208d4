import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../chunk.js';
import { EXIT_CODES, ThothctlError, type ExitName } from '../../errors/index.js';
import { StoreConflict, type StoredKey } from './port.js';
import type {
  CommitRequest,
  Fault,
  HeadRequest,
  Place,
  StartFault,
  StoreReply,
  StoreRequest,
  StoreTask,
  WorkerMessage,
} from './worker/protocol.js';

const REMEDIES: Readonly<Record<string, string>> = {
  storage_full: 'free space on that disk',
  storage_read_only: 'make it writable again',
  storage_failed: 'see that the disk is there, has space and quota left, and is mounted for writing',
};
const GOES_ON = 'the server then goes on by itself';

interface Waiting {
  resolve(reply: readonly Place[] | string): void;
  reject(error: Error): void;
}

/** The main thread's end of the writer thread: requests of one turn travel together, replies come in order. */
export class StoreThread {
  readonly #waiting: Waiting[] = [];
  #outgoing: StoreRequest[] = [];
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

  /** Resolves with the places of the unit's evidence once the worker has made it durable. */
  commit(request: CommitRequest): Promise<readonly Place[]> {
    return this.#request(request);
  }

  /** Resolves with the JSON text of the signed head. */
  head(request: HeadRequest): Promise<string> {
    return this.#request(request);
  }

  /** Everything requested before is finished first. */
  async close(): Promise<void> {
    if (!this.#refusal) {
      this.#refusal = closed();
      this.#send(['close']);
    }
    await this.#ended;
  }

  #request<R extends readonly Place[] | string>(request: StoreRequest): Promise<R> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    return new Promise((resolve, reject) => {
      // The worker answers each kind of request with its own kind of reply.
      this.#waiting.push({ resolve: (reply) => resolve(reply as R), reject });
      this.#send(request);
    });
  }

  #send(request: StoreRequest): void {
    this.#outgoing.push(request);
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
      if (isFault(reply)) answered[i]?.reject(faultError(reply));
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

function isFault(reply: StoreReply): reply is Fault {
  return typeof reply === 'object' && 'code' in reply;
}

function faultError(fault: Fault): Error {
  if (fault.code === 'store_conflict') return new StoreConflict(fault.message);
  const environment = fault.code.startsWith('storage_');
  return new ThothctlError({
    code: fault.code,
    message: environment ? `nothing was recorded: ${fault.message}` : fault.message,
    exit: environment ? 'unavailable' : 'unexpected',
    fix: environment ? `${REMEDIES[fault.code]}; ${GOES_ON}` : undefined,
  });
}

function closed(): ThothctlError {
  return new ThothctlError({ code: 'storage_closed', message: 'the store is closed', exit: 'unavailable' });
}

function storageFailed(message: string, cause?: unknown): ThothctlError {
  return new ThothctlError({ code: 'storage_failed', message, exit: 'unexpected', cause });
}
