import { readFileSync, readlinkSync } from 'node:fs';

const MS_PER_TICK = 10;

/** Kernel id of the calling thread; 0 where the system does not tell (anything but Linux). */
export function ownThreadId(): number {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Processor time a thread of this process has used, in milliseconds; undefined where it cannot be read. */
export function threadCpuMs(threadId: number): number | undefined {
  if (threadId === 0) return undefined;
  try {
    // The second field is a name in parentheses and may hold spaces; user and system ticks are the 12th and 13th after it.
    const fields = readFileSync(`/proc/self/task/${threadId}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * MS_PER_TICK : undefined;
  } catch {
    return undefined;
  }
}
