import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerRole } from './messages.js';

/** Entry of the policy-worker thread; `workerData` says which of the two roles it plays. */
const given: WorkerRole = workerData;
const port = parentPort;
if (port !== null) {
  // A rejection ends the thread; the main thread sees the exit and answers for it.
  if (given.role === 'compile')
    void import('./compile-thread.js').then((role) => role.serveCompiler(port, given.heartbeat));
  else void import('./decide-thread.js').then((role) => role.serveDecisions(port, given.heartbeat));
}
