import { callBehindTask } from './call-behind-task.js';
import type { CallRoute } from './call-route.js';
import type { ClientMessage } from './client-message.js';
import type { PendingCall } from './pending-call.js';
import { ProxyTask } from './proxy-task.js';
import { errorReply } from './replies.js';
import { INVALID_PARAMS } from './error-codes.js';

type Request = Extract<ClientMessage, { kind: 'request' }>;

const MAX_TASKS = 512;
/** What finished tasks may keep; past it the oldest go. */
const MAX_RESULT_BYTES = 64 * 1024 * 1024;

/**
 * Task handles for calls that wait here, for clients that take them. Only ids that were given out here are answered here;
 * every other task is the server's.
 */
export class ProxyTasks {
  readonly #tasks = new Map<string, ProxyTask>();

  /** Turns a waiting call into a task, if its client takes one. The new key of the call; undefined when it does not. */
  adopt(pending: PendingCall, message: string): string | undefined {
    const { request, route } = pending;
    const wanted = request.asksForTask || request.client?.pollsTasks === true;
    if (!wanted || route?.collect === undefined || !this.#room()) return undefined;
    const { principal = '' } = route;
    const task = new ProxyTask(request.modern, principal, message, () => pending.deciding.cancel());
    this.#tasks.set(task.id, task);
    route.answer(task.created(request));
    pending.becomeTask(behind(task, route));
    return `task:${task.id}`;
  }

  /** Answers a request about a task of ours; false when it is about none. */
  handle(
    { id, key, method, params }: Request,
    principal: string,
    answer: (message: string) => void,
  ): boolean {
    const taskId = method.startsWith('tasks/') ? params?.['taskId'] : undefined;
    const task = typeof taskId === 'string' ? this.#tasks.get(taskId) : undefined;
    if (task === undefined || task.principal !== principal) return false;
    switch (method) {
      case 'tasks/get':
        answer(task.get(id));
        return true;
      case 'tasks/result':
        task.await(key, id, answer);
        return true;
      case 'tasks/cancel':
        answer(task.cancel() ? task.acknowledged(id) : errorReply(id, INVALID_PARAMS, 'the task is over'));
        return true;
      case 'tasks/update':
        // Nothing of ours asks for input that way; what is not asked for is ignored.
        answer(task.acknowledged(id));
        return true;
      default:
        return false;
    }
  }

  /** The client takes back a request for a result. False when it made none. */
  forget(key: string): boolean {
    return [...this.#tasks.values()].some((task) => task.forget(key));
  }

  #room(): boolean {
    let kept = 0;
    for (const task of [...this.#tasks.values()].reverse()) {
      kept += task.size;
      if (task.done && (task.expired || kept > MAX_RESULT_BYTES)) this.#tasks.delete(task.id);
    }
    if (this.#tasks.size < MAX_TASKS) return true;
    const oldest = [...this.#tasks.values()].find((task) => task.done);
    return oldest !== undefined && this.#tasks.delete(oldest.id);
  }
}

/** The task stands for the client: what would be its answer ends the task. */
function behind(task: ProxyTask, route: CallRoute): CallRoute {
  return {
    serverGone: () => route.serverGone(),
    answer: (message) => task.finish(message),
    tell: () => undefined,
    forward(message, permit) {
      const cancel = route.collect?.(callBehindTask(message), permit, (reply) => task.finish(reply));
      if (cancel !== undefined) task.withdraw = cancel;
    },
    principal: route.principal,
    ...(route.ask === undefined ? {} : { ask: (message: string) => route.ask?.(message) }),
  };
}
