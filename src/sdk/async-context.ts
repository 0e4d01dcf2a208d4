import { AsyncLocalStorage } from 'node:async_hooks';
import type { Session } from './session.js';

/** The governed call that the current code runs inside of. */
export interface CallContext {
  readonly session: Session;
  /** The tool object or function under way, and the entry points entered so far. */
  readonly tool: object;
  readonly entered: Set<string>;
  /** False once the outer call has ended; work it left behind is governed on its own again. */
  active: boolean;
  readonly outer: CallContext | undefined;
}

const calls = new AsyncLocalStorage<CallContext>();
const created = new AsyncLocalStorage<Session>();

export function currentCall(): CallContext | undefined {
  return calls.getStore();
}

export function runInCall<Result>(context: CallContext, work: () => Result): Result {
  return calls.run(context, work);
}

export function rememberSession(session: Session): void {
  created.enterWith(session);
}

/** Inside a governed call its session; outside the one most recently created in the same async context. */
export function getCurrentSession(): Session | undefined {
  return calls.getStore()?.session ?? created.getStore();
}

/**
 * True when `entry` of `tool` is called by another entry point of the same tool, inside the same call: such a
 * call was checked already. Calling the same entry point again is a new call and is checked.
 */
export function isInnerEntry(tool: object, entry: string): boolean {
  for (let call = calls.getStore(); call !== undefined; call = call.outer) {
    if (call.tool === tool && call.active) {
      if (call.entered.has(entry)) return false;
      call.entered.add(entry);
      return true;
    }
  }
  return false;
}
