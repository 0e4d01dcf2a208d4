import type { ChildProcess } from 'node:child_process';

/** Windows has none: a child cannot lead one there, and signals reach it alone. */
export const HAS_PROCESS_GROUPS = process.platform !== 'win32';

/** Signals the whole process group that a child leads. False when nothing of it is left, or nothing that we may signal. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  const over = child.exitCode !== null || child.signalCode !== null;
  // A group outlives its leader. Without one nothing is left, and the number may be that of another process by now.
  if (child.pid === undefined || (over && !HAS_PROCESS_GROUPS)) return false;
  return signalGroupOf(child.pid, signal);
}

/** The same for a leader that is no child of ours, by its process id. */
export function signalGroupOf(leader: number, signal: NodeJS.Signals | 0): boolean {
  // 0 stands for our own group, and 1 would for every process there is.
  if (!Number.isSafeInteger(leader) || leader <= 1) return false;
  try {
    return process.kill(HAS_PROCESS_GROUPS ? -leader : leader, signal);
  } catch {
    return false;
  }
}
