/** Runs the work on every item, at most `width` at a time. The first failure stops the rest and is thrown. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items].reverse();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let item = queue.pop(); item !== undefined && !failed; item = queue.pop()) {
      try {
        await work(item);
      } catch (cause) {
        failed = true;
        throw cause;
      }
    }
  };
  // What is still under way settles before the failure is told: nothing happens behind the caller's back.
  const ended = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, worker));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}
