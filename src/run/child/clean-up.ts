import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from './process-group.js';

const GRACE_MS = 1000;
const LOOK_EVERY_MS = 20;

/** Ends what the child left running in its group: asked first, then killed. */
export async function endGroup(child: ChildProcess): Promise<void> {
  if (!signalGroup(child, 'SIGTERM')) return;
  for (let waited = 0; waited < GRACE_MS; waited += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    if (!signalGroup(child, 0)) return;
  }
  signalGroup(child, 'SIGKILL');
}
