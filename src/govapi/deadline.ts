/** A time limit that can be lifted, joined with the caller's signal. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly passed: () => boolean;
  clear(): void;
}

export function deadline(milliseconds: number, outer: AbortSignal | undefined): Deadline {
  const limit = new AbortController();
  let passed = false;
  const timer = setTimeout(() => {
    passed = true;
    limit.abort();
  }, milliseconds);
  return {
    signal: outer === undefined ? limit.signal : AbortSignal.any([limit.signal, outer]),
    passed: () => passed,
    clear: () => clearTimeout(timer),
  };
}
