/** Runs tasks of one key one after the other; tasks of different keys do not wait for each other. */
export function createLanes(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();

  return (key, task) => {
    const result = (tails.get(key) ?? Promise.resolve()).then(task);
    // The lane goes on after a failure: the error belongs to the caller of that task alone.
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    void tail.then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    return result;
  };
}
