import { createContext, Script, type Context } from 'node:vm';

const CALL = new Script('work()');
let context: Context | undefined;

/** What the work returns; undefined when it takes longer, and is then broken off wherever it is. It must not wait. */
export function withinTime<T>(milliseconds: number, work: () => T): T | undefined {
  context ??= createContext({});
  let done: { readonly value: T } | undefined;
  context['work'] = (): void => {
    done = { value: work() };
  };
  try {
    CALL.runInContext(context, { timeout: milliseconds });
  } catch (error) {
    if (!isTimeout(error)) throw error;
  } finally {
    context['work'] = undefined;
  }
  return done?.value;
}

/** Made in the context, so it is no `Error` of ours. */
function isTimeout(error: unknown): boolean {
  const named = typeof error === 'object' && error !== null && 'code' in error;
  return named && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
