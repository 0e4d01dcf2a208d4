import type { Permit } from '../../sdk/call.js';
import { isJsonObject } from '../../sdk/vocabulary.js';
import type { CallRoute } from './call-route.js';
import type { ClientTraits } from './client-traits.js';
import type { OpenCall, ToolCallMessage } from './client-message.js';
import type { Deciding } from './deciding-calls.js';
import { lostCallResult, waitingProgress } from './replies.js';
import { rewriteArguments } from './rewrite-arguments.js';
import { underRequest } from './under-request.js';

const PROGRESS_INTERVAL_MS = 5000;

/**
 * A call on its way to a decision, and the request that waits for it: at first its own, later perhaps the client's
 * repetition of it, or a task. Between two requests it is parked: nobody can be answered, and nothing may run.
 */
export class PendingCall {
  /** What is to be answered. */
  request: ToolCallMessage;
  #route: CallRoute | undefined;
  #progress: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #unpark: (() => void)[] = [];
  #over: AbortController | undefined;
  #polled = false;
  /** Its own user said no: it does not run, even if an approver was faster. */
  declined = false;

  constructor(
    /** The key under which it is decided. */
    public key: string,
    readonly call: ToolCallMessage,
    private readonly message: Buffer,
    route: CallRoute,
    readonly deciding: Deciding,
  ) {
    this.request = call;
    this.#route = route;
  }

  /** Who made the call, by its own account. */
  get client(): ClientTraits | undefined {
    return this.call.client ?? this.#route?.client;
  }

  get route(): CallRoute | undefined {
    return this.#route;
  }

  /** Aborted once the call was answered, forwarded or given up. */
  get over(): AbortSignal {
    this.#over ??= new AbortController();
    return this.#over.signal;
  }

  /** True once the client polls a task for it. */
  get polled(): boolean {
    return this.#polled;
  }

  /** Answers the present request and waits for another one, at most so long; then the call is given up. */
  park(reply: string, forMs: number): void {
    this.#route?.answer(reply);
    this.#stopTelling();
    this.#route = undefined;
    this.deciding.signal.addEventListener('abort', () => this.#release(), { once: true });
    this.#expiry = setTimeout(() => this.deciding.cancel(), forMs);
    this.#expiry.unref();
  }

  /** Another request stands for the call from now on. */
  resume(request: ToolCallMessage, route: CallRoute): void {
    this.#stopTelling();
    this.request = request;
    this.#route = route;
    this.#release();
  }

  /** A task stands for the call from now on. */
  becomeTask(route: CallRoute): void {
    this.#polled = true;
    this.resume(this.request, route);
  }

  /** Settles when there is somebody to answer, or nobody will be. */
  async reachable(): Promise<void> {
    // Who comes back may be asked once more.
    while (this.#route === undefined && !this.deciding.signal.aborted) {
      await new Promise<void>((resolve) => this.#unpark.push(resolve));
    }
    // Whoever was to repeat the call did not.
    if (this.#route === undefined) this.deciding.cancelled = true;
  }

  /** Tells the client every few seconds that the call still waits. */
  tellProgress(): void {
    const { progressToken } = this.request;
    const route = this.#route;
    if (progressToken === undefined || route === undefined || this.#progress !== undefined) return;
    let step = 0;
    const tell = (): void => {
      step += 1;
      route.tell(waitingProgress(progressToken, step));
    };
    tell();
    this.#progress = setInterval(tell, PROGRESS_INTERVAL_MS);
  }

  answer(reply: (call: OpenCall) => string): void {
    const gone = this.#route?.serverGone();
    this.#route?.answer(gone === undefined ? reply(this.request) : lostCallResult(this.request, gone));
  }

  /** What the server gets is the call that was decided, under the id of the request that is open now. */
  forward(permit: Permit): void {
    const gone = this.#route?.serverGone();
    if (gone !== undefined) {
      this.#route?.answer(lostCallResult(this.request, gone));
      return;
    }
    const [changed] = permit.replacedArguments ?? [];
    const decided = isJsonObject(changed) ? rewriteArguments(this.message, this.call, changed) : this.message;
    const message = this.request === this.call ? decided : underRequest(decided, this.request);
    this.#route?.forward(message, permit);
  }

  end(): void {
    this.#stopTelling();
    clearTimeout(this.#expiry);
    this.#over?.abort();
  }

  #stopTelling(): void {
    clearInterval(this.#progress);
    this.#progress = undefined;
  }

  #release(): void {
    clearTimeout(this.#expiry);
    for (const go of this.#unpark.splice(0)) go();
  }
}
