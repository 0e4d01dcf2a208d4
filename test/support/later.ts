import { vi } from 'vitest';

/** Does the work on a clock of this process that is so many seconds ahead: what expires has expired, without a wait. */
export async function later<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const now = Date.now.bind(Date);
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + seconds * 1000);
  try {
    return await work();
  } finally {
    clock.mockRestore();
  }
}
