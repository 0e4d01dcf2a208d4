import type { CedarRequest } from '../request.js';

/** What is certain about a condition; undefined where only the engine can tell, or would report an error. */
export type Truth = (request: CedarRequest) => boolean | undefined;

export const UNSURE: Truth = () => undefined;

export function not(truth: Truth): Truth {
  return (request) => {
    const found = truth(request);
    return found === undefined ? undefined : !found;
  };
}

/** The right side counts only when the left is known not to settle it: what is unsure may be an error. */
export function both(left: Truth, right: Truth): Truth {
  return (request) => {
    const found = left(request);
    return found === true ? right(request) : found;
  };
}

export function either(left: Truth, right: Truth): Truth {
  return (request) => {
    const found = left(request);
    return found === false ? right(request) : found;
  };
}
